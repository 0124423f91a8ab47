"""Passages: blocks of running text cut into pieces of whole sentences with their anchors.

Lives here: sentence splitting and packing. Must not live here: what a block is in a PDF, an EPUB or a caption file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from syntok import segmenter  # pyright: ignore[reportMissingTypeStubs]

from empathy_assets.policy.load import number

_CLAUSE = re.compile(r"(?<=[;:,—])\s+")
_SEGMENTED = 10_000  # characters; paragraphs of prose are a fifth of it at most
_OPENED, _LEFT_OPEN = 200, 20  # brackets in such a part; the segmenter looks from each for its end, so more are taken for commas
_BRACKETS = str.maketrans("()[]{}", ",,,,,,")
_ODD_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Block:
    """One paragraph of a work; `page` is 1-based or None, `paragraph` 1-based within the chapter."""

    text: str
    paragraph: int
    page: int | None = None


@dataclass(frozen=True)
class Piece:
    """Some whole sentences with the blocks they came from."""

    text: str
    first: Block
    last: Block


def sentences(text: str) -> list[str]:
    """Return the sentences of one paragraph, in order; joined by a space they give the paragraph back, white space apart."""
    flat = _ODD_SPACE.sub(" ", text).strip()
    if not flat:
        return []
    found = [sentence for part in _bounded(flat) for sentence in _segmented(part)]
    return [part for sentence in found if sentence for part in _divided(sentence)]


def _bounded(flat: str) -> Iterator[str]:
    """Yield text in parts that the segmenter, whose time grows with the square of open brackets, is done with at once."""
    start = 0
    while len(flat) - start > _SEGMENTED:
        end = flat.rfind(". ", start, start + _SEGMENTED) + 1 or flat.rfind(" ", start, start + _SEGMENTED) + 1 or start + _SEGMENTED
        yield flat[start:end].strip()
        start = end
    yield flat[start:].strip()


def _segmented(text: str) -> list[str]:
    opened = sum(text.count(mark) for mark in "([{")
    crowded = opened > _OPENED or opened - sum(text.count(mark) for mark in ")]}") > _LEFT_OPEN
    analysed: Any = segmenter.analyze(text.translate(_BRACKETS) if crowded else text)  # pyright: ignore[reportUnknownMemberType]
    starts: list[int] = sorted({s[0].offset for p in analysed for s in p if s})
    cuts = [0, *(o for o in starts if 0 < o < len(text)), len(text)]
    return [text[a:b].strip() for a, b in pairwise(cuts)]


def _divided(sentence: str) -> list[str]:
    """Return the sentence, or its clauses where it is longer than any passage may be."""
    hard = int(number("reading", "passage.hard_words"))
    if sentence.count(" ") < hard:
        return [sentence]
    parts: list[str] = [""]
    for clause in _CLAUSE.split(sentence):
        words = clause.split()
        for i in range(0, len(words), hard):
            chunk = " ".join(words[i : i + hard])
            if parts[-1] and len(parts[-1].split()) + len(chunk.split()) > hard // 2:
                parts.append(chunk)
            else:
                parts[-1] = f"{parts[-1]} {chunk}".strip()
    return parts


class _Packer:
    """Sentences collected until they make a passage."""

    def __init__(self) -> None:
        self.items: list[tuple[str, Block]] = []
        self.words = 0

    def add(self, sentence: str, block: Block, count: int) -> None:
        self.items.append((sentence, block))
        self.words += count

    def take(self) -> Piece:
        text, previous = "", None
        for sentence, block in self.items:
            text += sentence if previous is None else (" " if block is previous else "\n\n") + sentence
            previous = block
        piece = Piece(text, self.items[0][1], self.items[-1][1])
        self.items, self.words = [], 0
        return piece


def pack(blocks: Sequence[Block]) -> Iterator[Piece]:
    """Yield the blocks of one chapter as passages of whole sentences, about 60 to 180 words.

    A passage ends at the first paragraph end past the target, or before the sentence that would take it over the maximum; what is
    left at the end of a chapter joins the passage before it when both stay within the limits.
    """
    least, most = number("reading", "passage.min_words"), number("reading", "passage.max_words")
    held: Piece | None = None
    for piece in _pieces(blocks):
        short = len(piece.text.split()) < least
        if held and short and len(held.text.split()) + len(piece.text.split()) <= most + least:
            held = Piece(held.text + (" " if piece.first is held.last else "\n\n") + piece.text, held.first, piece.last)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _pieces(blocks: Sequence[Block]) -> Iterator[Piece]:
    least, target = number("reading", "passage.min_words"), number("reading", "passage.target_words")
    most, packer = number("reading", "passage.max_words"), _Packer()
    for block in blocks:
        for sentence in sentences(block.text):
            count = sentence.count(" ") + 1
            if packer.words >= least and packer.words + count > most:
                yield packer.take()
            packer.add(sentence, block, count)
        if packer.words >= target:
            yield packer.take()
    if packer.items:
        yield packer.take()
