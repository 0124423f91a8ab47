"""Behaviour of `engines.scoring.evidence`: the best turn, and its best sentence."""

from collections.abc import Sequence

import numpy as np

from empathy_assets.engines.scoring.ears import COMPONENTS, EARS, TurnScores
from empathy_assets.engines.scoring.ears_reader import Sentences
from empathy_assets.engines.scoring.evidence import EVIDENCE, best_sentences


def found(**probabilities: list[float]) -> TurnScores:
    """Three turns of two sentences; the second sentence speaks for every component but `empathize`."""
    every = {component: np.array(probabilities.get(component, [0.1, 0.1, 0.1])) for component in COMPONENTS}
    shares = np.array([[1.0 if component == "empathize" else 0.0 for component in COMPONENTS], [0.5] * len(COMPONENTS)])
    return TurnScores(every, lambda places: [([(0, 4), (5, 9)], shares) for _ in places])


def test_each_component_has_its_best_turn_and_sentence() -> None:
    of_two = best_sentences(np.array([1, 3, 1]), np.array([0, 0, 1]), found(empathize=[0.2, 0.9, 0.4], support=[0.7, 0.3, 0.6])).of_each(2)
    first = {record["component"]: record for record in of_two[0]}
    assert set(first) == set(EARS)
    assert first["empathize"] == {"component": "empathize", "turn": 3, "start": 0, "end": 4, "probability": 0.9}
    assert first["support"] == {"component": "support", "turn": 1, "start": 5, "end": 9, "probability": 0.7}
    assert {record["component"]: record["probability"] for record in of_two[1]}["support"] == 0.6


def test_the_first_of_equal_turns_is_shown() -> None:
    (records,) = best_sentences(np.array([1, 3, 5]), np.array([0, 0, 0]), found(reflect=[0.4, 0.4, 0.4])).of_each(1)
    assert {record["turn"] for record in records} == {1}


def test_what_counts_against_a_conversation_is_shown_only_where_it_is_likely() -> None:
    likely = found(minimize=[0.1, 0.8, 0.2], directive=[0.5, 0.5, 0.5])
    (records,) = best_sentences(np.array([1, 3, 5]), np.array([0, 0, 0]), likely).of_each(1)
    against = [record for record in records if record["component"] in set(EVIDENCE) - set(EARS)]
    assert [(record["component"], record["turn"]) for record in against] == [("minimize", 3)]


def test_conversations_without_a_counsellor_have_none() -> None:
    assert best_sentences(np.array([], dtype=int), np.array([], dtype=int), TurnScores({}, lambda _: [])).of_each(2) == [[], []]
    nobody_in_the_first = best_sentences(np.array([1, 3, 5]), np.array([1, 1, 1]), found()).of_each(2)
    assert nobody_in_the_first[0] == []
    assert len(nobody_in_the_first[1]) == len(EARS)


def test_only_the_sentences_of_best_turns_are_looked_at() -> None:
    asked: list[int] = []
    scores = found(empathize=[0.2, 0.9, 0.4], acknowledge=[0.1, 0.8, 0.1], reflect=[0.1, 0.8, 0.1], support=[0.7, 0.3, 0.6])

    def sentences(places: Sequence[int]) -> Sentences:
        asked.extend(places)
        return scores.sentences(places)

    best_sentences(np.array([1, 3, 5]), np.array([0, 0, 0]), TurnScores(scores.probabilities, sentences))
    assert asked == [0, 1]
