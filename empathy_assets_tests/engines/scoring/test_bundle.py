"""Behaviour of `engines.scoring.bundle`."""

import numpy as np
import pytest

from empathy_assets.engines.scoring.bundle import MODELS_DIR, WeightsError, arrays, checksums, register, save, weight_bytes


def test_saved_weights_come_back_and_are_reproducible(tmp_path):
    content = {"a": np.arange(5.0), "name": np.array(["x", "y"])}
    first = save(tmp_path, "w.npz", content)
    assert save(tmp_path, "w.npz", content) == first == checksums(tmp_path)["w.npz"]
    back = arrays(weight_bytes("w.npz", tmp_path))
    assert back["a"].tolist() == content["a"].tolist()


def test_changed_weights_are_refused(tmp_path):
    save(tmp_path, "w.npz", {"a": np.zeros(3)})
    (tmp_path / "w.npz").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="expected"):
        weight_bytes("w.npz", tmp_path)


def test_missing_and_unlisted_weights_say_what_to_do(tmp_path):
    with pytest.raises(WeightsError, match="missing"):
        checksums(tmp_path)
    save(tmp_path, "w.npz", {"a": np.zeros(3)})
    with pytest.raises(WeightsError, match="not listed"):
        weight_bytes("v.npz", tmp_path)
    (tmp_path / "w.npz").unlink()
    with pytest.raises(WeightsError, match="reinstall"):
        weight_bytes("w.npz", tmp_path)


def test_pickled_content_is_refused(tmp_path):
    np.savez(tmp_path / "p.npz", a=np.array([{"x": 1}], dtype=object))
    register(tmp_path, "p.npz")
    with pytest.raises(ValueError, match="pickle"):
        arrays(weight_bytes("p.npz", tmp_path))


def test_the_bundled_weights_are_whole_and_small():
    names = checksums()
    assert sum(len(weight_bytes(name)) for name in names) <= 40 * 2**20
    assert not list(MODELS_DIR.rglob("*.pkl"))
