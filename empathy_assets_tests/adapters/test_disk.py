"""Tests of what the disk says; real full and read-only disks are in `faults`."""

import errno
import pickle

import pytest

from empathy_assets.adapters.disk import DiskError, disk_explained


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), errno.ENOSPC, "the disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), errno.EROFS, "read-only"),
        (RuntimeError("writing failed: No space left on device (os error 28)"), errno.ENOSPC, "the disk is full"),
    ],
)
def test_what_the_disk_refuses_is_one_line_with_its_remedy(error: Exception, code: int, said: str) -> None:
    with pytest.raises(DiskError, match=said) as raised, disk_explained("/data/books"):
        raise error
    assert raised.value.errno == code
    assert str(raised.value).startswith("/data/books cannot be written: ")
    assert raised.value.__cause__ is None
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)  # noqa: S301 - our own bytes
    with pytest.raises(DiskError, match="data/books"), disk_explained("/data"):
        raise raised.value


def test_everything_else_passes_as_it_is() -> None:
    for error in (ValueError("os error"), FileNotFoundError(errno.ENOENT, "gone"), KeyError("k")):
        with pytest.raises(type(error)) as raised, disk_explained("/data"):
            raise error
        assert raised.value is error
