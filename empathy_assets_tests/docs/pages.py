"""A documentation page as the tests see it: its code blocks in order, each with what is to be done with it.

A comment on the line before a block says more: `<!-- parsed: why -->` (not executed), `<!-- file: PATH -->` (written to PATH),
`<!-- append: PATH -->` (added to the end of PATH). A page that begins where another one ends says `<!-- continues: that-page.md -->`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = sorted(DOCS.glob("*.md"))

LANGUAGES = ("bash", "python", "toml", "yaml", "json", "text", "mermaid", "")
_FENCE = re.compile(r"^```(\w*)\s*$")
_DIRECTIVE = re.compile(r"^<!-- (parsed|file|append): (.+) -->$")
_CONTINUES = re.compile(r"^<!-- continues: (\S+) -->$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block: language, text, directive (`parsed`, `file`, `append` or empty) and its argument, first line in the page."""

    language: str
    text: str
    directive: str
    argument: str
    line: int
    follows: bool  # directly after another block

    @property
    def executed(self) -> bool:
        """Whether a process runs it."""
        return self.language in ("bash", "python") and not self.directive


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found: list[Block] = []
    lines = page.read_text("utf-8").splitlines()
    number, last_end = 0, -1
    while number < len(lines):
        opened = _FENCE.match(lines[number])
        if opened is None:
            number += 1
            continue
        end = lines.index("```", number + 1)
        directive = _DIRECTIVE.match(lines[number - 1]) if number else None
        name, argument = directive.groups() if directive else ("", "")
        between = [line for line in lines[last_end + 1 : number] if line]
        text = "\n".join(lines[number + 1 : end]) + "\n"
        found.append(Block(opened[1], text, name, argument, number + 1, follows=last_end >= 0 and not between))
        last_end, number = end, end + 1
    return found


def continues(page: Path) -> Path | None:
    """Return the page in whose folder, as that page leaves it, this one begins."""
    found = _CONTINUES.search(page.read_text("utf-8"))
    return page.parent / found[1] if found else None


def prose(page: Path) -> str:
    """Return a page without its fenced blocks and comments."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
