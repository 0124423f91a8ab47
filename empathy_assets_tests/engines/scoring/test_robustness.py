"""Scores under changes that leave the meaning alone (metamorphic tests), and answers to input that is no ordinary text."""

import json
import re
from collections.abc import Callable

import numpy as np
import pytest

from empathy_assets.engines.scoring.crisis import CrisisDetector, load_detector
from empathy_assets.engines.scoring.ears import EarsScorer, load_scorer
from empathy_assets.engines.scoring.score import score_rows

TEXTS = (
    "I don't want to be alive anymore. I've been thinking about it every night this week.",
    "Everyone would be better off without me, and I've started giving my things away.",
    "I wrote the letters yesterday. I'm going to end my life after my brother's birthday.",
    "Last night I cut my arm again because it was the only thing that made the noise stop.",
    "I keep burning myself where nobody can see it, and I can't stop.",
    "My husband hit me again on Friday and said he'd kill me if I told anyone.",
    "My uncle touches me when my parents are at work, and I'm scared to say it out loud.",
    "The voices tell me that the neighbours have poisoned the water and that I must not sleep.",
    "They've put a chip in my head and it sends my thoughts to the radio.",
    "I can't breathe, my heart is racing, I think I'm dying and I don't know what to do.",
    "I've been drinking since six in the morning for weeks, I shake when I stop.",
    "I took far more pills than I should have and now I feel strange.",
    "I haven't eaten anything for five days and I fainted on the stairs, but I still feel huge.",
    "I make myself throw up after every meal and there was blood this morning.",
    "I want to hurt the man who did this, I know where he lives and I'm on my way.",
    "What is the point of waking up? I'd rather not wake up tomorrow.",
    "I said goodbye to my dog today. Nobody will notice when I'm gone.",
    "If I hadn't got my daughter I would have done it already. I'm so tired of living.",
    "I've tried to kill myself twice and this time I'll make sure.",
    "He locks me in the flat and takes my phone, and I'm afraid of tonight.",
    "Our team lost again on Saturday, but the bus ride home was fun.",
    "I finally finished the report, and my boss said that she liked it.",
    "Could you help me plan a birthday party for my niece? She's turning six.",
    "The exam is next week and I'm a bit nervous, but I've studied a lot.",
    "We painted the kitchen yellow and it looks much brighter now.",
    "My sister and I argued about the dishes. We laughed about it later.",
    "I'm reading a long novel about sailors and can't put it down.",
    "The new job starts on Monday. I hope that the people are kind.",
    "I miss my grandmother; she died two years ago and I still make her soup.",
    "My flatmate never cleans the bathroom, and it's getting on my nerves.",
    "I planted tomatoes on the balcony. The first ones are ripe already.",
    "I've been sleeping better since I stopped drinking coffee in the evening.",
    "Traffic was awful today; it took me two hours to get home.",
    "I would like to learn the guitar, but I don't know where to begin.",
    "My son started school, and he already has a friend called Tom.",
    "I was disappointed that the concert was cancelled, but we went dancing.",
    "How do I tell my landlord that the heating doesn't work?",
    "The doctor said that my knee will be fine in a month.",
    "We're choosing between the mountains and the sea for our holiday.",
    "I feel proud of the cake I baked, even though it was a little dry.",
)  # fmt: skip


def swapped(text: str) -> str:
    """Return the text with a typing slip in every eighth word of five letters or more."""
    words = text.split(" ")
    for k in range(3, len(words), 8):
        if len(words[k]) >= 5 and words[k].isalpha():
            words[k] = words[k][:2] + words[k][3] + words[k][2] + words[k][4:]
    return " ".join(words)


CHANGES: dict[str, Callable[[str], str]] = {
    "lower case": str.lower,
    "upper case": str.upper,
    "curly quotes": lambda t: t.replace("'", "\u2019"),
    "zero width": lambda t: t.replace(" ", " \u200b").replace("e", "e\u200d"),
    "white space": lambda t: "  \n" + t.replace(" ", "  ").replace(". ", ".\n\n") + "\t\n",
    "emoji": lambda t: t.rstrip(".") + " \U0001f614\U0001f494",
    "drawn out": lambda t: re.sub(r"([aeiou])(?=[b-df-hj-np-tv-z]*\.$)", r"\1\1\1\1", t),
    "no final mark": lambda t: t.rstrip(".?!"),
    "many marks": lambda t: t.replace("?", "???").rstrip(".") + ("" if t.endswith("?") else "!!!"),
    "slips": swapped,
    "chatter before": lambda t: "Hi, thanks for reading this. " + t,
    "thanks after": lambda t: t + " Thank you for listening.",
}
SAME_WORDS = ("lower case", "upper case", "curly quotes", "zero width", "white space")
NEAR, NEAR_SHARE, SAME_FLAG_SHARE = 0.15, 0.9, 0.95
BORDER = 0.02  # a score this near the threshold may fall on either side of it


@pytest.fixture(scope="module")
def detector() -> CrisisDetector:
    return load_detector()


@pytest.fixture(scope="module")
def scorer() -> EarsScorer:
    return load_scorer()


@pytest.fixture(scope="module")
def scores(detector: CrisisDetector) -> np.ndarray:
    return detector.score(TEXTS)


@pytest.mark.parametrize("change", SAME_WORDS)
def test_another_spelling_of_the_same_words_has_the_same_score(change: str, detector: CrisisDetector, scores: np.ndarray) -> None:
    assert detector.score([CHANGES[change](text) for text in TEXTS]) == pytest.approx(scores, abs=0.01)


@pytest.mark.parametrize("change", [name for name in CHANGES if name not in SAME_WORDS])
def test_a_change_beside_the_point_changes_little(change: str, detector: CrisisDetector, scores: np.ndarray) -> None:
    found = detector.score([CHANGES[change](text) for text in TEXTS])
    assert np.mean(np.abs(found - scores) <= NEAR) >= NEAR_SHARE
    same = (found >= detector.threshold) == (scores >= detector.threshold)
    assert np.mean(same | (np.abs(found - scores) <= BORDER)) >= SAME_FLAG_SHARE


def test_texts_are_told_apart_at_all(scores: np.ndarray) -> None:
    assert np.median(scores[:20]) > np.median(scores[20:]) + 0.3


ODD = {
    "empty": {"id": "a", "text": ""},
    "blank": {"id": "a", "text": " \n\t"},
    "another language": {"id": "a", "text": "\u6211\u4e0d\u60f3\u6d3b\u4e86\u3002 Je ne veux plus vivre."},
    "right to left": {"id": "a", "text": "\u0623\u0646\u0627 \u062d\u0632\u064a\u0646 \u062c\u062f\u0627"},
    "binary-ish": {"id": "a", "text": "".join(map(chr, range(256))) * 20},
    "lone surrogate": {"id": "a", "text": "I am \ud83d tired"},
    "one long word": {"id": "a", "text": "x" * 100_000},
    "number as id": {"id": 7, "text": "Fine."},
    "missing id": {"text": "Fine."},
    "nested id": {"id": {"x": [1]}, "text": "Fine."},
    "no context": {"id": "a", "response": "That sounds hard."},
    "null context": {"id": "a", "context": None, "response": "That sounds hard."},
    "empty response": {"id": "a", "context": [], "response": ""},
    "no messages": {"id": "a", "messages": []},
    "odd role": {"id": "a", "messages": [{"role": "narrator", "content": "Night fell."}]},
    "surrogate in a reply": {"id": "a", "messages": [{"role": "assistant", "content": "Oh \udc00 no."}]},
}
BAD = {
    "null text": {"id": "b", "text": None},
    "number as text": {"id": "b", "text": 5},
    "list as text": {"id": "b", "text": ["a"]},
    "string as context": {"id": "b", "context": "I am sad", "response": "Oh."},
    "null content": {"id": "b", "messages": [{"role": "user", "content": None}]},
    "nested content": {"id": "b", "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]},
    "object as messages": {"id": "b", "messages": {"role": "user"}},
    "nothing": {"id": "b"},
}


@pytest.mark.parametrize("row", ODD.values(), ids=ODD)
def test_odd_input_has_a_defined_answer(row: dict, detector: CrisisDetector, scorer: EarsScorer) -> None:
    (found,) = score_rows([row], detector, scorer)
    assert found["id"] == row.get("id")
    assert 0.0 <= found["crisis"]["score"] <= 1.0
    assert found["crisis"]["flagged"] == (found["crisis"]["score"] >= detector.threshold)
    assert (found["crisis"]["category"] is None) == (not found["crisis"]["flagged"])
    assert ("ears" in found) == ("text" not in row)
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("row", BAD.values(), ids=BAD)
def test_bad_input_is_an_error_row_that_says_what_was_found(row: dict, detector: CrisisDetector, scorer: EarsScorer) -> None:
    bad, good = score_rows([row, {"id": "next", "text": "Fine."}], detector, scorer)
    assert set(bad) == {"id", "error"}
    assert bad["id"] == "b"
    assert "found" in bad["error"]
    assert good["id"] == "next"
    assert "crisis" in good


def test_a_row_that_a_judge_fails_on_leaves_its_neighbours_alone(detector: CrisisDetector, scorer: EarsScorer) -> None:
    class Fragile:
        def __getattr__(self, name: str) -> object:
            return getattr(detector, name)

        def score(self, texts: list[str]) -> np.ndarray:
            if "boom" in texts:
                raise MemoryError("too large")
            return detector.score(texts)

    found = list(score_rows([{"id": 1, "text": "Fine."}, {"id": 2, "text": "boom"}], Fragile(), scorer))  # type: ignore[arg-type]
    assert "crisis" in found[0]
    assert found[1] == {"id": 2, "error": "could not be judged: MemoryError: too large"}


def test_a_megabyte_is_judged_by_its_worst_part(detector: CrisisDetector, scorer: EarsScorer) -> None:
    calm = "We walked along the river and talked about the garden. "
    text = calm * 9000 + "I am going to kill myself tonight. " + calm * 9000
    (found,) = score_rows([{"id": 1, "text": text}], detector, scorer)
    assert found["crisis"]["flagged"]
    spans = [text[s["start"] : s["end"]] for s in found["crisis"]["spans"]]
    assert "I am going to kill myself tonight." in spans
