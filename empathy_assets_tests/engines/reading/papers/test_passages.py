"""Cutting works into passages, and the reasons for not doing so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers.passages import cleaned, passages_of, sentences, work_id
from empathy_assets.engines.reading.papers.work import Section, Work
from empathy_assets_tests.engines.reading.papers.shapes import LONG


def work(*sections: tuple[str, str], **changes: object) -> Work:
    values = {
        "title": "On listening",
        "doi": "10.5555/w",
        "year": 2020,
        "authors": ("Ines Vale",),
        "position": "record 2",
        "file": "papers/a.xml",
        "abstract": tuple(Section(label=label, text=text) for label, text in sections),
    }
    return Work.model_validate(values | changes)


def test_passage_carries_citation_anchor_and_licence():
    (passage,), rejects = passages_of(work(("RESULTS", LONG)), licence="CC0-1.0")
    assert rejects == []
    assert (passage.text, passage.chapter, passage.licence, passage.source, passage.language) == (
        LONG,
        "RESULTS",
        "CC0-1.0",
        "academic_findings",
        "en",
    )
    prov = passage.provenance
    assert (prov.file, prov.unit, prov.start, prov.end, prov.anchor) == ("papers/a.xml", "paragraph", 1, 1, "record 2, 'RESULTS', para. 1")
    assert (prov.title, prov.authors, prov.year, prov.doi) == ("On listening", ["Ines Vale"], 2020, "10.5555/w")
    assert prov.work_id == work_id(work())


def test_short_sections_share_a_passage_and_long_ones_are_cut():
    short = work(("AIM", "To listen slowly to worried people."), ("RESULTS", LONG))
    (passage,), _ = passages_of(short, licence="CC0-1.0")
    assert passage.chapter == "AIM; RESULTS"
    many, _ = passages_of(work(("", " ".join([LONG] * 4))), licence="CC0-1.0")
    assert len(many) > 1
    assert all(60 <= len(p.text.split()) <= 180 for p in many)


@given(st.lists(st.integers(3, 60), min_size=1, max_size=30), st.lists(st.sampled_from(["A", "B", ""]), min_size=30, max_size=30))
def test_no_sentence_is_lost_cut_or_repeated(lengths, labels):
    texts = [" ".join([f"Word{index}", *["calm"] * (n - 1)]) + "." for index, n in enumerate(lengths)]
    passages, rejects = passages_of(work(*zip(labels, texts, strict=False)), licence="CC0-1.0")
    if rejects:
        assert rejects[0].reason == "too-short"
        assert sum(lengths) < 20
    else:
        assert " ".join(p.text for p in passages) == " ".join(texts)
        assert all(len(p.text.split()) <= 180 for p in passages)


@pytest.mark.parametrize(
    ("changes", "licence", "reason"),
    [
        ({"flags": ("erratum",)}, "CC0-1.0", "excluded-erratum"),
        ({"flags": ("book", "retracted")}, "CC0-1.0", "excluded-retracted"),
        ({"abstract": ()}, "CC0-1.0", "no-abstract"),
        ({"abstract": (Section(text="Just a dummy."),)}, "CC0-1.0", "too-short"),
        ({}, "", "undeclared-rights"),
        ({"licence": "CC-BY-NC-ND-4.0"}, "CC0-1.0", "incompatible-licence"),
        ({"language": "de"}, "CC0-1.0", "not-english"),
    ],
)
def test_every_refusal_has_reason_place_and_remedy(changes, licence, reason):
    passages, (reject,) = passages_of(work(("", LONG), **changes), licence=licence)
    assert passages == []
    assert reject.reason == reason
    assert (reject.file, reject.source) == ("papers/a.xml", "academic_findings")
    assert reject.remedy


def test_a_sentence_longer_than_a_passage_is_left_out_and_named():
    passages, (reject,) = passages_of(work(("", f"{LONG} {'Calm ' * 300}end.")), licence="CC0-1.0")
    assert [p.text for p in passages] == [LONG]
    assert reject.reason == "sentence-too-long"


def test_the_judge_of_language_outranks_the_statement():
    assert passages_of(work(("", LONG), language="de"), licence="CC0-1.0", language_of=lambda _: "en")[1] == []
    assert passages_of(work(("", LONG)), licence="CC0-1.0", language_of=lambda _: "fr")[1][0].reason == "not-english"


@pytest.mark.parametrize(
    "line",
    [
        "Copyright © 2020 Invented House Ltd. All rights reserved.",
        "© 2021 The Authors. Published by Invented Press on behalf of nobody.",
        "(PsycInfo Database Record (c) 2021 APA, all rights reserved).",
        "This article is protected by copyright. All rights reserved.",
        "Keywords: listening, pace.",
    ],
)
def test_copyright_lines_are_removed(line):
    assert cleaned(f"It helped them. {line}") == "It helped them."


def test_ordinary_brackets_and_abbreviations_survive():
    text = "Group (C) had 12 people (e.g. carers). Dr. Vale et al. found 3.4% vs. 5.1%."
    assert cleaned(text) == text
    assert len(sentences(text)) == 2


def test_identity_prefers_doi_then_pmid_then_title():
    assert work_id(Work(title="A", doi="10.5555/x")) == work_id(Work(title="B", doi="10.5555/x"))
    assert work_id(Work(title="A", pmid="1")) == work_id(Work(title="B", pmid="1"))
    assert work_id(Work(title="A  b")) == work_id(Work(title="a B"))
