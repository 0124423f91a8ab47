"""The groundedness gate at its threshold."""

import pytest

from empathy_assets.engines.gating.groundedness import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation


@pytest.mark.parametrize(("share", "code"), [(0.49, "ungrounded"), (0.50, "ok"), (1.0, "ok"), (None, "not-judged")])
def test_a_record_that_claims_a_passage_must_be_supported_by_it(share, code):
    claiming = conversation(1, provenance={"passage_id": "p-1"}, scores={"groundedness": share})
    (found,) = ask(GATE, claiming)
    assert found["reason"].startswith(code)
    assert found["passed"] == (code == "ok")


def test_a_record_that_claims_none_passes_whatever_the_figure():
    (found,) = ask(GATE, conversation(scores={"groundedness": 0.0}))
    assert (found["passed"], found["reason"], found["score"]) == (True, "ok: claims no passage", None)


@pytest.mark.parametrize(("kind", "share", "passed"), [("persona", 0.3, True), ("persona", 0.2, False), ("grounded", 0.3, False)])
def test_a_voice_needs_an_image_of_its_passage_and_a_reply_its_claims(kind, share, passed):
    record = conversation(1, labels={"kind": kind}, provenance={"passage_id": "p-1"}, scores={"groundedness": share})
    assert ask(GATE, record)[0]["passed"] is passed
