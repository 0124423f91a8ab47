"""Every kind of PubMed record, whole and damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers import pubmed
from empathy_assets_tests.engines.reading.papers.shapes import LONG, article, article_set


def one(text: str):
    works, rejects = pubmed.parse(article_set(text))
    assert rejects == []
    assert len(works) == 1
    return works[0]


def test_a_plain_article_keeps_its_citation():
    work = one(article())
    assert (work.title, work.year, work.authors, work.doi, work.pmid) == (
        "Reflection in brief counselling.",
        2021,
        ("Ines Vale",),
        "10.5555/shape.1",
        "990000101",
    )
    assert work.journal == "Journal of Invented Studies"
    assert work.abstract[0].text == LONG
    assert work.position == "record 1"


def test_structured_abstract_keeps_labels_and_drops_the_placeholder_label():
    parts = '<AbstractText Label="AIM">To listen.</AbstractText><AbstractText Label="UNLABELLED">It helped.</AbstractText><AbstractText/>'
    assert [(s.label, s.text) for s in one(article(abstract=parts)).abstract] == [("AIM", "To listen."), ("", "It helped.")]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("a <i>p</i> &lt; 0.05 and 10<sup>3</sup> of H<sub>2</sub>O", "a p < 0.05 and 10³ of H₂O"),
        ("x<sup>ab</sup>", "xab"),
        ("caf&#xe9; &amp; tea&nbsp;time &alpha; R&D", "café & tea time α R&D"),
        (
            '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>r</mml:mi><mml:mn>2</mml:mn></mml:msup>'
            "<mml:mo>=</mml:mo><mml:mfrac><mml:mn>1</mml:mn><mml:mn>25</mml:mn></mml:mfrac></mml:math>",
            "r^2=1/25",
        ),
        ("plain<!-- note --> text <?pi?>on", "plain text on"),
    ],
)
def test_inline_markup_entities_and_formulas_become_plain_text(inside, expected):
    assert one(article(abstract=f"<AbstractText>{inside}</AbstractText>")).abstract[0].text == expected


@pytest.mark.parametrize(
    ("date", "year"), [("<MedlineDate>1999 Spring</MedlineDate>", 1999), ("<MedlineDate>2000 Dec-2001 Jan</MedlineDate>", 2000), ("", None)]
)
def test_year_comes_from_year_or_medline_date(date, year):
    assert one(article(date=date)).year == year


def test_missing_issue_date_falls_back_to_the_electronic_one():
    assert one(article(date="", extra="<ArticleDate><Year>2015</Year></ArticleDate>")).year == 2015


def test_collective_and_invalid_authors():
    authors = (
        "<Author ValidYN='Y'><CollectiveName>Listening Panel</CollectiveName></Author>"
        "<Author ValidYN='N'><LastName>Wrong</LastName></Author>"
        "<Author><LastName>Oso</LastName><Initials>P</Initials><Suffix>Jr</Suffix></Author>"
    )
    assert one(article(authors=authors)).authors == ("Listening Panel", "P Oso Jr")


def test_translated_title_loses_its_brackets_and_keeps_the_original():
    work = one(article(title="[The slow voice].", extra="<VernacularTitle>Die langsame Stimme.</VernacularTitle>"))
    assert (work.title, work.vernacular_title, work.flags) == ("The slow voice", "Die langsame Stimme.", ("vernacular",))


@pytest.mark.parametrize(
    ("types", "relations", "flag"),
    [
        ("<PublicationType>Published Erratum</PublicationType>", "", "erratum"),
        ("<PublicationType>Retracted Publication</PublicationType>", "", "retracted"),
        ("", "<CommentsCorrections RefType='RetractionIn'/>", "retracted"),
        ("", "<CommentsCorrections RefType='RetractionOf'/>", "retraction-notice"),
        ("", "<CommentsCorrections RefType='ErratumIn'/>", "corrected"),
        ("", "<CommentsCorrections RefType='ExpressionOfConcernIn'/>", "concern"),
    ],
)
def test_errata_and_retractions_are_flagged(types, relations, flag):
    assert flag in one(article(types=types, relations=relations)).flags


def test_ids_of_the_reference_list_are_not_taken_for_the_articles_own():
    reference = "<Reference><ArticleIdList><ArticleId IdType='doi'>10.1/other</ArticleId></ArticleIdList></Reference>"
    cited = f"<PubmedData><ReferenceList>{reference}</ReferenceList></PubmedData>"
    text = article(doi="").replace("</PubmedArticle>", f"{cited}</PubmedArticle>")
    assert one(text).doi == ""


BOOK = """<PubmedBookArticle><BookDocument><PMID>990000150</PMID><Book><Publisher><PublisherName>Invented Press</PublisherName></Publisher>
<BookTitle>A guide to listening</BookTitle><PubDate><Year>2009</Year></PubDate>
<AuthorList Type="editors"><Author><LastName>Ed</LastName></Author></AuthorList>
<AuthorList Type="authors"><Author><CollectiveName>Guide Group</CollectiveName></Author></AuthorList></Book>
<Abstract><AbstractText>How to listen.</AbstractText></Abstract></BookDocument></PubmedBookArticle>"""


@pytest.mark.parametrize("data", [BOOK.encode(), article_set(BOOK)])
def test_a_book_is_read_also_as_root(data):
    (work,), rejects = pubmed.parse(data)
    assert rejects == []
    assert (work.title, work.year, work.authors, work.journal, work.flags) == (
        "A guide to listening",
        2009,
        ("Guide Group",),
        "Invented Press",
        ("book",),
    )


def test_an_empty_set_is_no_error():
    assert pubmed.parse(article_set()) == ([], [])


def test_error_reply_is_reported_in_its_own_words():
    works, (reject,) = pubmed.parse(b"<eFetchResult><ERROR>Cannot retrieve history data</ERROR></eFetchResult>")
    assert works == []
    assert reject.reason == "service-error"
    assert "history data" in reject.detail


def test_truncation_keeps_whole_records_and_names_the_lost_one():
    data = article_set(article(990000201), article(990000202), article(990000203))
    works, rejects = pubmed.parse(data[: data.index(b"990000203") + 400])
    assert [w.pmid for w in works] == ["990000201", "990000202"]
    assert [(r.reason, r.position) for r in rejects] == [("truncated", "record 3 (PMID 990000203)")]


def test_a_damaged_record_is_repaired_and_says_so():
    broken = article(990000204).replace("</AbstractText>", "<b></AbstractText>")
    works, rejects = pubmed.parse(article_set(article(990000203), broken))
    assert [w.pmid for w in works] == ["990000203", "990000204"]
    assert works[1].flags == ("repaired",)
    assert works[1].abstract[0].text == LONG
    assert rejects == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<PubmedArticleSet>\n<PubmedArticle>\n wrong\n</PubmedArticleSet>", "truncated"),
        (b"<PubmedArticleSet><PubmedArticle></PubmedArticle></PubmedArticleSet>", "no-citation"),
        (b"<PubmedArticleSet", "not-well-formed"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><PubmedArticleSet>&x;</PubmedArticleSet>', "entity-declarations"),
    ],
)
def test_unusable_replies_have_a_reason(data, reason):
    works, rejects = pubmed.parse(data)
    assert works == []
    assert [r.reason for r in rejects] == [reason]
    assert all(r.remedy for r in rejects)


@given(st.integers(0, 3000), st.binary(max_size=6))
def test_any_cut_or_spoiled_reply_is_answered(position, noise):
    data = article_set(article(), BOOK)
    works, rejects = pubmed.parse(data[:position] + noise)
    assert all(w.title or w.pmid for w in works)
    assert all(r.reason and r.remedy for r in rejects)


def test_escaped_markup_in_an_abstract_and_an_english_other_abstract():
    work = one(article(abstract="<AbstractText>&lt;p&gt;Calm &lt;b&gt;voices&lt;/b&gt; helped, p&lt;0.05.&lt;/p&gt;</AbstractText>"))
    assert [s.text for s in work.abstract] == ["Calm voices helped, p<0.05."]
    other = '<OtherAbstract Type="X" Language="%s"><AbstractText>%s</AbstractText></OtherAbstract>'
    record = article(abstract="").replace("</Article>", "</Article>" + other % ("fre", "Voix.") + other % ("eng", "Voices."))
    assert [s.text for s in one(record).abstract] == ["Voices."]


def test_names_that_lost_their_spaces_get_them_back():
    title = "At the<i>TERT</i>gene of <i>S. rosetta</i>is <b>M</b>indfulness <i>trans</i>formed, anti-<i>ABC</i>"
    assert one(article(title=title)).title == "At the TERT gene of S. rosetta is Mindfulness transformed, anti-ABC"


def test_withdrawn_records_are_named():
    works, (reject,) = pubmed.parse(b"<PubmedArticleSet><DeleteCitation><PMID>77</PMID><PMID>78</PMID></DeleteCitation></PubmedArticleSet>")
    assert (works, reject.reason) == ([], "deleted-records")
    assert "77, 78" in reject.detail


def test_a_record_beyond_all_measure_is_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pubmed, "number_of", lambda *_: 2000)
    (work,), (reject,) = pubmed.parse(article_set(article(1, title="x" * 3000), article(2)))
    assert (work.pmid, reject.reason, reject.position) == ("2", "too-large", "record 1")


def test_a_chapter_has_the_year_of_its_own():
    chapter = (
        "<PubmedBookArticle><BookDocument><PMID>5</PMID><Book><BookTitle>All</BookTitle><PubDate><Year>1993</Year></PubDate></Book>"
        "<ArticleTitle>One part</ArticleTitle><ContributionDate><Year>2006</Year></ContributionDate></BookDocument></PubmedBookArticle>"
    )
    (work,), _ = pubmed.parse(article_set(chapter))
    assert (work.title, work.year, work.flags) == ("One part", 2006, ("book",))
