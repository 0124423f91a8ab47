"""What went wrong with this machine's own disk, in one line with its remedy."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_RUST = re.compile(r"\(os error (\d+)\)")
_AGAIN = "then run again: it goes on where it stopped, and nothing half-written is left"
_REMEDIES = {
    errno.ENOSPC: f"the disk is full. Free space there, or point EMPATHY_STORAGE and EMPATHY_CACHE at a larger disk, {_AGAIN}",
    errno.EDQUOT: f"the disk quota is used up. Free space there, or point EMPATHY_STORAGE and EMPATHY_CACHE elsewhere, {_AGAIN}",
    errno.EFBIG: f"the file may not grow so large. Raise the limit (ulimit -f) or use another file system, {_AGAIN}",
    errno.EROFS: f"the file system is read-only. Remount it, or point EMPATHY_STORAGE and EMPATHY_CACHE elsewhere, {_AGAIN}",
    errno.EACCES: f"this user may not write there. Change owner or mode of the folder, or point EMPATHY_STORAGE elsewhere, {_AGAIN}",
    errno.EIO: f"the disk reports an error of its own. Check it (dmesg), {_AGAIN}",
}


class DiskError(OSError):
    """The local disk refused; the message says what and what to do. `errno` is the system's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[type["DiskError"], tuple[int, str]]:
        return DiskError, (self.errno or 0, self.message)


@contextmanager
def disk_explained(target: Path | str) -> Iterator[None]:
    """Turn what the disk refuses inside the block into its explanation; libraries that hide the number of the error are understood.

    Raises:
        DiskError: The disk is full, read-only, forbidden or broken.
    """
    try:
        yield
    except DiskError:
        raise
    except Exception as error:
        code = _code(error)
        if code not in _REMEDIES:
            raise
        raise DiskError(code, f"{target} cannot be written: {_REMEDIES[code]}. ({os.strerror(code)})") from None


def _code(error: BaseException) -> int:
    if isinstance(error, OSError) and error.errno:
        return error.errno
    found = _RUST.search(str(error))
    return int(found.group(1)) if found else 0
