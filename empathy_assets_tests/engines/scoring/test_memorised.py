"""No text of training can be read out of the weights: numbers, names of operators and pieces of words are all they hold."""

import json
import re

import pytest

from empathy_assets.engines.scoring.bundle import MODELS_DIR, arrays, checksums, weight_bytes
from empathy_assets.engines.scoring.crisis import ENCODER_FILE, TOKENIZER_FILE
from empathy_assets.engines.scoring.ears import READER_FILE

LONGEST_PIECE = 32
WORDS = re.compile(rb"(?:[A-Za-z][a-z']{1,14}[ ,.;]+){4,}[A-Za-z]{2,}")
"""Five words in a row, in ASCII: what a sentence looks like in a file."""


def test_strings_in_arrays_are_names() -> None:
    for name in [name for name in checksums() if name.endswith(".npz")]:
        for key, value in arrays(weight_bytes(name)).items():
            assert value.dtype.kind in "fiub" or (value.dtype.kind == "U" and all(re.fullmatch(r"[\w-]{1,40}", s) for s in value.flat)), key


def test_no_sentence_stands_in_a_file() -> None:
    for name in checksums():
        assert WORDS.findall(weight_bytes(name)) == [], name


@pytest.mark.parametrize("network", [ENCODER_FILE, READER_FILE])
def test_a_network_holds_operators_and_numbers_only(network: str) -> None:
    """Its printable stretches are names and references, never words with spaces between."""
    found = re.findall(rb"[\x20-\x7e]{24,}", weight_bytes(network))
    spaced = [text for text in found if len(re.findall(rb"[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}", text)) > 0]
    assert spaced == []


def test_the_tokenizer_holds_pieces_of_words_only() -> None:
    vocabulary = json.loads(weight_bytes(TOKENIZER_FILE))["model"]["vocab"]
    assert all(len(piece) <= LONGEST_PIECE and not re.search(r"\s", piece) for piece in vocabulary)


def test_weights_are_small_and_not_pickled() -> None:
    assert sum((MODELS_DIR / name).stat().st_size for name in checksums()) <= 40 * 2**20
    assert all(name.endswith((".npz", ".onnx", ".json")) for name in checksums())
