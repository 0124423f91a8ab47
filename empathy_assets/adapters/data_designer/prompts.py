"""Prompts: the files of `policy/prompts` as templates, and the words that plan rows put into them.

Lives here: including shared parts, the reference that ties a request to its row, the columns a template may use. The wording is policy.
"""

import re
from typing import Any

import polars as pl

from empathy_assets.adapters.data_designer.chunks import Material
from empathy_assets.adapters.data_designer.settings import GenerationError
from empathy_assets.engines.generating.marks import marks_of
from empathy_assets.engines.generating.voices.brief import voice_brief
from empathy_assets.policy.load import POLICY_DIR

_INCLUDE = re.compile(r"\{%\s*include\s+\"([\w.]+)\"\s*%\}")
_REFERENCE = re.compile(r"\(Reference ([^\s);]+);")
# Makes every prompt its own, so that no cache on the way answers two like rows with one dialogue, and lets a server's log be read.
_TAIL = "\n\n(Reference {{ row_id }}; it is for the log and never appears in the text.)\n"


def prompt(kind: str) -> str:
    """Return the template of a kind (or `judge`), shared parts included, without the reference.

    Raises:
        GenerationError: There is no such file, or it includes one that is not there.
    """
    return _INCLUDE.sub(lambda m: _read(m.group(1)), _read(f"{kind}.md"))


def referenced(template: str) -> str:
    """Return the template with the row's reference at its end."""
    return template.rstrip() + _TAIL


def reference(text: str) -> str:
    """Return the row that a rendered prompt asks for, empty if none is named."""
    found = _REFERENCE.search(text)
    return found.group(1) if found else ""


def _read(name: str) -> str:
    path = POLICY_DIR / "prompts" / name
    if not path.exists():
        raise GenerationError(f"no prompt {name} in {path.parent}; write it, or plan the rows with backend `embedded`")
    return path.read_text(encoding="utf-8")


def with_prompt_words(rows: pl.DataFrame, material: Material) -> pl.DataFrame:
    """Return the plan rows with the columns that a prompt may use beside the plan's own.

    Adds `passage_text` and `passage_title` (empty without a passage), `voice_brief` (without a voice) and `marks` (without a pair).
    """
    none: dict[str, Any] = {"text": "", "provenance": {"title": ""}}
    passages = [material.passages.get(i, none) for i in rows.get_column("passage_id")]
    return rows.with_columns(
        passage_text=pl.Series([p["text"] for p in passages], dtype=pl.String),
        passage_title=pl.Series([p["provenance"]["title"] for p in passages], dtype=pl.String),
        voice_brief=pl.Series([_brief(v, material) for v in rows.get_column("persona_id")], dtype=pl.String),
        marks=pl.Series([_marks(a) for a in rows.get_column("bias_attribute")], dtype=pl.String),
    )


def _brief(persona_id: str, material: Material) -> str:
    """Return what a prompt says of a voice; of one that could not be modelled, where to hear it."""
    if persona_id in material.voices:
        return voice_brief(material.voices[persona_id])
    return "A calm voice of its own; take its beat, images and vocabulary from the passage below." if persona_id else ""


def _marks(attribute: str) -> str:
    if not attribute:
        return ""
    return "\n".join(f"- `{mark}` will be read as one of: {'; '.join(words)}" for mark, words in marks_of(attribute).items())
