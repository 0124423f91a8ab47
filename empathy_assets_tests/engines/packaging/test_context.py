"""The manifest as a record."""

import pytest
from pydantic import ValidationError

from empathy_assets.engines.packaging.context import PackageContext, PackageFile


def test_a_context_needs_only_the_release():
    assert PackageContext(release="next").certificate is None


def test_a_file_entry_refuses_nonsense():
    with pytest.raises(ValidationError):
        PackageFile(name="a", bytes=-1, sha256="")
