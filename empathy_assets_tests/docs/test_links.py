"""Links, paths and variables that the documentation names exist."""

import re
from pathlib import Path

import pytest

from empathy_assets_tests.docs.pages import DOCS, PAGES, README, ROOT, prose

ALL = (*PAGES, README)
PACKAGE = ROOT / "empathy_assets"
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([\w./*-]+)`")
_VARIABLE = re.compile(r"\bEMPATHY_[A-Z0-9_]+\b")
_FLOORS = ("records", "policy", "engines", "adapters", "defs", "console", "models")
_TOPS = ("empathy_assets", "empathy_assets_tests", "deploy", "docs")


def _heading_ids(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.stem)
def test_a_relative_link_leads_to_a_file(page: Path) -> None:
    for link in _LINK.findall(page.read_text("utf-8")):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} links to {link}, which is not there"
        assert not heading or heading in _heading_ids(target), f"{page.name} links to {link}; {target.name} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_path_of_the_repository_that_is_named_exists(page: Path) -> None:
    made = set(re.findall(r"<!-- (?:file|append): (\S+) -->", page.read_text("utf-8")))
    for name in _CODE.findall(prose(page)):
        top = name.split("/")[0]
        if "/" not in name or name in made or top not in (*_FLOORS, *_TOPS):
            continue
        base = ROOT if top in _TOPS else PACKAGE
        assert list(base.glob(name.rstrip("/"))), f"{page.name} names {name}, which is not in the repository"


def test_every_variable_named_is_listed_with_its_meaning() -> None:
    listing = [ROOT / ".env.example", *sorted((ROOT / "deploy").glob("*.yaml"))]  # a variable of deploy/ alone is explained there
    listed = {variable for path in listing for variable in _VARIABLE.findall(path.read_text("utf-8"))}
    named = {variable: page.name for page in ALL for variable in _VARIABLE.findall(page.read_text("utf-8"))}
    assert {variable: page for variable, page in named.items() if variable not in listed} == {}


def test_the_index_names_every_page() -> None:
    linked = set(_LINK.findall((DOCS / "README.md").read_text("utf-8")))
    assert {page.name for page in PAGES} - {"README.md"} <= linked


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_short(page: Path) -> None:
    assert len(page.read_text("utf-8").splitlines()) <= 180


def test_figures_of_the_clinicians_page_stand_in_the_model_card() -> None:
    card = (PACKAGE / "models" / "card.md").read_text("utf-8")
    rows = [line for line in (DOCS / "scores.md").read_text("utf-8").splitlines() if line.startswith("|")]
    figures = [float(figure) / 100 for row in rows for figure in re.findall(r"\b\d\d\.\d\b", row)]
    assert len(figures) >= 10
    assert [figure for figure in figures if f"{figure:.3f}" not in card and f"{figure:.2f}" not in card] == []


def test_the_messages_that_the_runbook_explains_are_said_by_the_code() -> None:
    code = " ".join(path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    code = re.sub(r'"\s*\n\s*f?"', "", code)
    rows = [line.split("|")[1] for line in (DOCS / "runbook.md").read_text("utf-8").splitlines() if line.startswith("| `")]
    said = [span.strip() for row in rows for quoted in re.findall(r"`([^`]+ [^`]+)`", row) for span in quoted.split("...")]
    said = [span for span in said if " " in span and not span.startswith("empathy")]
    assert len(said) >= 15
    assert [span for span in said if span not in code] == []
