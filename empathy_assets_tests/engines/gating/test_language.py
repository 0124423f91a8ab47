"""The language gate."""

import pytest

from empathy_assets.engines.gating.language import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation


@pytest.mark.parametrize(("language", "code"), [("de", "language-not-accepted"), ("", "language-unknown")])
def test_other_languages_are_blocked_and_english_passes(language, code):
    bad, good = ask(GATE, conversation(1, scores={"language": language}), conversation(2))
    assert (bad["passed"], good["passed"]) == (False, True)
    assert bad["reason"].startswith(code)
