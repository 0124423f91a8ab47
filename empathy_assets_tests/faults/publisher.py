"""A process of its own that publishes a folder, to be killed: `python -m empathy_assets_tests.faults.publisher SOURCE TARGET`."""

import shutil
import sys
import tempfile
from pathlib import Path

from empathy_assets.adapters.storage import publish_folder, storage_root

if __name__ == "__main__":
    scratch = Path(tempfile.mkdtemp()) / "package"  # publishing consumes its source
    shutil.copytree(sys.argv[1], scratch)
    publish_folder(scratch, storage_root(sys.argv[2]), marker="manifest.json")
