"""The manifest as a record."""

import pytest
from pydantic import ValidationError

from empathy_assets.engines.packaging.context import Manifest, PackageContext


def test_a_context_needs_only_the_release():
    assert PackageContext(release="next").certificate is None


def test_a_manifest_refuses_fields_it_does_not_know():
    with pytest.raises(ValidationError):
        Manifest.model_validate({"release": "next", "published_at": "today"})
