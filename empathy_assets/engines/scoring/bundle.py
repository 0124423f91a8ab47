"""Bundled weights: reading them from the package and refusing them when their checksum differs.

Lives here: the one place that knows where weights lie and what their SHA-256 is. Must not live here: what the weights mean.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODELS_DIR = Path(__file__).parents[2] / "models"


def weights_folder(uri: str) -> Path:
    """Return the folder of weights that a stored judge names; an empty name is that of the bundled ones."""
    return Path(uri) if uri else MODELS_DIR


class WeightsError(RuntimeError):
    """Weights are missing or are not the ones the checksum file names."""


def checksums(folder: Path = MODELS_DIR) -> dict[str, str]:
    """Return file name -> SHA-256 of the weights of `folder`.

    Raises:
        WeightsError: There is no checksum file.
    """
    path = folder / "checksums.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))["sha256"]
    except FileNotFoundError:
        raise WeightsError(f"{path} is missing; reinstall the package or write the weights with scoring.train") from None


def weight_bytes(name: str, folder: Path = MODELS_DIR) -> bytes:
    """Return the verified bytes of one weight file.

    Raises:
        WeightsError: The file is missing, unlisted, or differs from its checksum.
    """
    expected = checksums(folder).get(name)
    if expected is None:
        raise WeightsError(f"{name} is not listed in {folder / 'checksums.toml'}; write the weights with scoring.train")
    try:
        data = (folder / name).read_bytes()
    except FileNotFoundError:
        raise WeightsError(f"weights {folder / name} are missing; reinstall the package") from None
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise WeightsError(f"weights {name} have SHA-256 {found[:12]}, expected {expected[:12]}; reinstall the package or train again")
    return data


def arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of an npz file; pickled content is refused by numpy."""
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def save(folder: Path, name: str, content: dict[str, NDArray[Any]]) -> str:
    """Write `content` as `folder/name` with its checksum; return the SHA-256.

    numpy stamps no time into the archive: same arrays, same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **content)
    (folder / name).write_bytes(buffer.getvalue())
    return register(folder, name)


def register(folder: Path, name: str) -> str:
    """Enter the file's present SHA-256 into the checksum file of `folder` and return it."""
    known = checksums(folder) if (folder / "checksums.toml").exists() else {}
    known[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    lines = "".join(f'"{key}" = "{value}"\n' for key, value in sorted(known.items()))
    (folder / "checksums.toml").write_text(
        "# SHA-256 of the bundled weights; scoring refuses a file that differs.\n[sha256]\n" + lines, encoding="utf-8"
    )
    return known[name]
