"""The licence gate against undeclared and refused licences."""

import pytest

from empathy_assets.engines.gating.licence import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation


@pytest.mark.parametrize(
    ("licence", "code"),
    [
        ("CC0-1.0", "ok"),
        ("CC-BY-4.0", "ok"),
        ("LicenseRef-declared-by-holder", "ok"),
        ("", "undeclared-licence"),
        ("LicenseRef-all-rights-reserved", "incompatible-licence"),
        ("CC0-1.0 maybe", "incompatible-licence"),
        ("CC0-1x0", "incompatible-licence"),
    ],
)
def test_only_what_policy_lists_passes(licence, code):
    (found,) = ask(GATE, conversation(licence=licence))
    assert found["reason"].startswith(code)
    assert found["passed"] == (code == "ok")
