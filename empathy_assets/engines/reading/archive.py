"""Zip archives of strangers: members read one at a time under limits; bombs and traversal refused.

Lives here: the limits of unpacking. Must not live here: what the members mean.
"""

from __future__ import annotations

import posixpath
import unicodedata
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.policy.load import number

_ENCRYPTED_FLAG = 0x1
_RATIO_FLOOR = 1 << 20  # small members compress well without harm


class Archive:
    """An opened zip file; use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open and check the archive.

        Raises:
            ReadError: `damaged`, `zip-bomb`, `path-traversal` or `encrypted`.
        """
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ReadError("damaged", f"no readable zip archive: {error}") from None
        try:
            self._names = self._checked()
        except BaseException:
            self._zip.close()
            raise
        self._read = 0

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._zip.close()

    def _checked(self) -> dict[str, str]:
        infos = self._zip.infolist()
        if len(infos) > number("reading", "limits.zip_members"):
            raise ReadError("zip-bomb", f"{len(infos)} members, at most {int(number('reading', 'limits.zip_members'))} are read")
        total = 0
        names: dict[str, str] = {}
        for info in infos:
            self._check_member(info)
            total += info.file_size
            names.setdefault(info.filename, info.filename)
            names.setdefault(unquote(info.filename), info.filename)
            names.setdefault(_folded(info.filename), info.filename)
            if not info.flag_bits & 0x800:
                raw = info.filename.encode("cp437", "replace")
                names.setdefault(raw.decode("utf-8", "replace"), info.filename)
                names.setdefault(raw.decode("latin-1"), info.filename)
        if total > int(number("reading", "limits.zip_total_mib")) << 20:
            raise ReadError("zip-bomb", f"the members unpack to {total} bytes")
        return names

    def _check_member(self, info: zipfile.ZipInfo) -> None:
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or name[1:3] == ":/":
            raise ReadError("path-traversal", f"member {info.filename[:120]!r} lies outside the archive")
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > _RATIO_FLOOR and ratio > number("reading", "limits.zip_ratio"):
            raise ReadError("zip-bomb", f"member {info.filename[:120]!r} unpacks {ratio:.0f} to 1")
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise ReadError("encrypted", f"member {info.filename[:120]!r} needs a password")

    def __contains__(self, name: str) -> bool:
        return name in self._names or _folded(name) in self._names

    def read(self, name: str) -> bytes | None:
        """Return a member's bytes, None if there is no such member.

        Raises:
            ReadError: It is damaged, or larger than its header and the limits say.
        """
        found = self._names.get(name) or self._names.get(_folded(name))
        if found is None:
            return None
        limit = int(number("reading", "limits.zip_member_mib")) << 20
        try:
            with self._zip.open(found) as stream:
                data = stream.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise ReadError("damaged", f"member {name[:120]!r}: {error}", name[:120]) from None
        self._read += len(data)
        if len(data) > limit or self._read > int(number("reading", "limits.zip_total_mib")) << 20:
            raise ReadError("zip-bomb", f"member {name[:120]!r} unpacks to more than the limit")
        return data


def _folded(name: str) -> str:
    """Return a member name as careless tools take it for the same: without case, percent signs, backslashes or Unicode form."""
    return "\0" + unicodedata.normalize("NFC", unquote(name)).replace("\\", "/").casefold()


def resolve(base: str, href: str) -> str:
    """Return the archive path of `href` as written in the member `base`, without fragment."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href.split("#", 1)[0]))).lstrip("/")
