"""Chat logs: dialogues that were written into one string or one text file.

Lives here: telling such a text from prose, and its turns. Must not live here: role names (roles), files (conversations).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from empathy_assets.engines.reading.roles import Turn, role_of
from empathy_assets.policy.load import table

_DATE, _CLOCK = r"(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}[,T]?[ \u202f])", r"\d{1,2}:\d{2}(?::\d{2})?(?:[ \u202f]?[APap]\.?[Mm]\.?)?"
_STAMP = rf"(?:[\u200e\u200f]*\[?\(?{_DATE}?{_CLOCK}\)?\]?[ \t]*(?:[-–][ \t]+)?)"
_STAMPED = re.compile(rf"^{_STAMP}(?P<rest>.*)$")
_LOG_LINE = re.compile(
    r"^[ \t]*(?:\*{1,2}|#{1,4} ?|<\|?|\[)?(?P<name>[A-Za-z][A-Za-z0-9 _.'()-]{0,39})"
    r"(?:\|?>|\])?\*{0,2}[ \t]*[:：]\*{0,2}[ \t]*(?P<text>.*)$"
)
_TABBED = re.compile(r"^[ \t]*(?P<name>[A-Za-z][A-Za-z0-9 _.-]{0,29})\t(?:[\d:.,]+\t)?(?P<text>[^\t]*)$")
_DASH = re.compile(r"^\s*[-–—•*]\s+(?P<text>.*)$")
_SPEAKERS = "user|assistant|system|human|bot|model|prompter|client|therapist|patient|counselor|counsellor|seeker|supporter"
_MARKED = re.compile(
    rf"(?:<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>|<\|)(?P<name>{_SPEAKERS})(?:<\|end_header_id\|>|\|>|>)?:?\s*"
    rf"|^[ \t]*<(?P<tag>{_SPEAKERS})>[ \t]*:?"
    r"|###\s*(?P<head>Instruction|Human|Assistant|Response|User|Input|System)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_INST = re.compile(r"\[INST\](.*?)\[/INST\]", re.DOTALL)
_SYS = re.compile(r"<<SYS>>(.*?)<</SYS>>", re.DOTALL)
_END_MARKS = re.compile(
    r"<\|(?:im_end|eot_id|end|endoftext|end_of_text|begin_of_text)\|>|<end_of_turn>|<end_?of_?text>|</?s>|__eou__|__eot__", re.IGNORECASE
)
_DIALOGUE_END = re.compile(
    r"<\|?end_?of_?(?:text|dialog(?:ue)?|conversation)\|?>|^[ \t]*(?:[-=*_#~][ \t]?){4,}$", re.IGNORECASE | re.MULTILINE
)
_HEADS = {"instruction": "user", "input": "user", "response": "assistant"}
_QUESTIONS = {"q": "user", "question": "user", "a": "assistant", "answer": "assistant"}
_TITLE_LINES = 3
_MEDIA = re.compile(
    r"^[\u200e\u200f]*<[^<>]{0,30}(?:omitted|attached)[^<>]{0,40}>$|^[\u200e\u200f]*(?:image|video|audio|sticker|GIF) omitted$"
)


def chat_log(text: str) -> list[Turn]:
    """Return the turns of a dialogue written into one string, or an empty list if it does not look like one.

    Read are `Name: text` lines with or without a time before them, lines that alternate behind a dash, chat-template marks (`<|user|>`,
    `### Human:`), `[INST]`, and the names of two known sides within one line.
    """
    if "[INST]" in text:
        return _inst_turns(text)
    if ("<" in text or "###" in text) and _MARKED.search(text):
        return _marked_turns(text)
    if ":" not in text and "：" not in text and "\n" not in text:
        return []
    if "\t" in text and (turns := _tabbed_turns(text)):
        return turns
    rows = [line for line in text.replace("\r", "").split("\n") if line.strip()]
    if len(rows) > 1 and _DASH.match(rows[0]) and sum(bool(_DASH.match(row)) for row in rows) > 1:
        return _dash_turns(rows)
    return _named_turns(rows) or _inline_turns(text)


def chat_logs(text: str) -> list[tuple[int, int, list[Turn]]]:
    """Return (first line, last line, turns) of the dialogues a text file holds one after another, line numbers from 1.

    Dialogues end at an end-of-text mark or a ruled line; a piece without turns keeps its place with an empty list.
    """
    pieces: list[tuple[int, int, list[Turn]]] = []
    begin = 0
    for end, following in [(m.start(), m.end()) for m in _DIALOGUE_END.finditer(text)] + [(len(text), len(text))]:
        piece = text[begin:end]
        if piece.strip():
            first = text.count("\n", 0, begin + len(piece) - len(piece.lstrip())) + 1
            pieces.append((first, first + piece.strip().count("\n"), chat_log(piece.strip())))
        begin = following
    return pieces


def _inst_turns(text: str) -> list[Turn]:
    prompt = _SYS.search(text)
    parts = _INST.split(_END_MARKS.sub("", _SYS.sub("", text)))
    turns = [("user" if i % 2 else "assistant", part.strip()) for i, part in enumerate(parts) if part.strip()]
    return [("system", prompt[1].strip()), *turns] if prompt else turns


def _marked_turns(text: str) -> list[Turn]:
    marks = list(_MARKED.finditer(text))
    ends = [m.start() for m in marks[1:]] + [len(text)]
    turns: list[Turn] = []
    for mark, end in zip(marks, ends, strict=True):
        name = (mark["name"] or mark["tag"] or mark["head"]).lower()
        turns.append((_HEADS.get(name, name), _END_MARKS.sub("", text[mark.end() : end]).strip()))
    return turns


def _dash_turns(rows: Sequence[str]) -> list[Turn]:
    said: list[str] = []
    for row in rows:
        match = _DASH.match(row)
        if match:
            said.append(match["text"])
        elif said:
            said[-1] += "\n" + row
    return [("assistant" if i % 2 else "user", text) for i, text in enumerate(said)]


def _tabbed_turns(text: str) -> list[Turn]:
    """Return the turns of lines of speaker, perhaps time, and text divided by tabs, if both sides are among the speakers."""
    matches = [_TABBED.match(line) for line in text.split("\n") if line.strip()]
    turns = [(m["name"], m["text"]) for m in matches if m]
    sides = {role_of(name) for name, _ in turns}
    return turns if len(turns) == len(matches) and sides == {"user", "assistant"} else []


def _named_turns(rows: Sequence[str]) -> list[Turn]:
    stamps = [_STAMPED.match(row) for row in rows]
    stamped = sum(map(bool, stamps)) > 1
    bare = [m["rest"] if stamped and m else row for row, m in zip(rows, stamps, strict=True)]
    matches = [_LOG_LINE.match(row) for row in bare]
    names = [m["name"].strip() for m in matches if m]
    if len(names) < 2:
        return []
    frequent = _speakers(names)
    begin = next((i for i, m in enumerate(matches) if m and m["name"].strip() in frequent), len(rows))
    both = len({role_of(name) for name in frequent} & {"user", "assistant"}) > 1
    notices = all(stamps[:begin]) if stamped else both and begin <= _TITLE_LINES
    if len(frequent) < 2 or (begin and not notices):
        return []
    turns: list[Turn] = []
    for row, match, stamp in zip(bare[begin:], matches[begin:], stamps[begin:], strict=True):
        if match and match["name"].strip() in frequent:
            name = match["name"].strip()
            turns.append((_QUESTIONS.get(name.lower(), name) if frequent == _asking(names) else name, _said(match["text"])))
        elif not (stamped and stamp):
            turns[-1] = (turns[-1][0], f"{turns[-1][1]}\n{row}")
    return turns


def _said(text: str) -> str:
    return "" if _MEDIA.match(text.strip()) else text


def _speakers(names: Sequence[str]) -> set[str]:
    """Return which of the names before colons are speakers: the known ones where there are two, else those that return."""
    known = {name for name in names if role_of(name) in ("user", "assistant", "system")}
    return known if len(known) > 1 else _asking(names) or {name for name in names if names.count(name) > 1}


def _asking(names: Sequence[str]) -> set[str]:
    """Return `Question` and `Answer`, however they are written, if both are among the names."""
    found = {name for name in names if name.lower() in _QUESTIONS}
    return found if len({_QUESTIONS[name.lower()] for name in found}) > 1 else set()


@cache
def _labels() -> re.Pattern[str]:
    roles: dict[str, list[str]] = table("reading")["roles"]
    words = sorted((word for word in [*roles["user"], *roles["assistant"]] if len(word) > 2), key=len, reverse=True)
    return re.compile(rf"(?:^|(?<=[.!?…\"”'’)\]*])\s+)\**(?P<name>{'|'.join(map(re.escape, words))})\**\s?:\**\s", re.IGNORECASE)


def _inline_turns(text: str) -> list[Turn]:
    """Return the turns of a text that names two known sides within its lines, beginning with one of them."""
    bare = text.strip()
    opening = _labels().match(bare)
    if not opening:
        return []
    marks = list(_labels().finditer(bare))
    if len({role_of(m["name"]) for m in marks}) < 2:
        return []
    ends = [m.start() for m in marks[1:]] + [len(bare)]
    return [(mark["name"], bare[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]
