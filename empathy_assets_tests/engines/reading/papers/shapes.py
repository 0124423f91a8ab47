"""Replies in the shape of each service, with invented content, that the tests of this folder share."""

import json

LONG = (
    "Counsellors who reflected the meaning behind a complaint were rated as warmer than those who answered the complaint itself. "
    "Clients spoke longer after a reflection, and they named more feelings of their own accord. "
    "The effect held for brief contacts as well as for long ones, and it did not depend on the training of the counsellor. "
    "Several clients said that being corrected gently mattered less to them than being understood slowly."
)


def article(
    pmid: int = 990000101,
    *,
    title: str = "Reflection in brief counselling.",
    abstract: str = f"<AbstractText>{LONG}</AbstractText>",
    doi: str = "10.5555/shape.1",
    date: str = "<Year>2021</Year>",
    authors: str = "<Author ValidYN='Y'><LastName>Vale</LastName><ForeName>Ines</ForeName></Author>",
    extra: str = "",
    types: str = "<PublicationType>Journal Article</PublicationType>",
    relations: str = "",
) -> str:
    """Return one PubmedArticle."""
    location = f'<ELocationID EIdType="doi" ValidYN="Y">{doi}</ELocationID>' if doi else ""
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article>'
        f"<Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue>"
        f"<Title>Journal of Invented Studies</Title></Journal><ArticleTitle>{title}</ArticleTitle>{location}"
        f"<Abstract>{abstract}</Abstract><AuthorList>{authors}</AuthorList><Language>eng</Language>"
        f"<PublicationTypeList>{types}</PublicationTypeList>{extra}</Article>"
        f"<CommentsCorrectionsList>{relations}</CommentsCorrectionsList></MedlineCitation></PubmedArticle>"
    )


def article_set(*articles: str) -> bytes:
    """Return an efetch reply with the external document type PubMed names."""
    head = '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD X//EN" "https://dtd.nlm.nih.gov/x.dtd">\n'
    return f"{head}<PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>".encode()


def as_json(value: object) -> bytes:
    """Return a JSON reply."""
    return json.dumps(value).encode()


def s2_paper(**changes: object) -> dict[str, object]:
    """Return one Semantic Scholar paper."""
    paper: dict[str, object] = {
        "paperId": "ab12",
        "title": "Listening for small strains",
        "abstract": LONG,
        "authors": [{"authorId": "1", "name": "Ines Vale"}],
        "year": 2020,
        "venue": "Invented Review",
        "journal": None,
        "externalIds": {"DOI": "10.5555/Shape.2", "PubMed": "990000102"},
        "openAccessPdf": {"url": "", "status": "GOLD", "license": "CCBY"},
    }
    return paper | changes


def openalex_work(**changes: object) -> dict[str, object]:
    """Return one OpenAlex work."""
    index: dict[str, list[int]] = {}
    for place, word in enumerate(LONG.split()):
        index.setdefault(word, []).append(place)
    work: dict[str, object] = {
        "id": "https://openalex.org/W990",
        "doi": "https://doi.org/10.5555/shape.3",
        "title": "Shame and the pace of listening",
        "publication_year": 2019,
        "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/990000103"},
        "language": "en",
        "type": "article",
        "is_retracted": False,
        "authorships": [{"author": {"display_name": "Tomas Reed"}}],
        "primary_location": {"license": "cc-by-nc", "source": {"display_name": "Invented Letters"}},
        "best_oa_location": None,
        "abstract_inverted_index": index,
    }
    return work | changes


def crossref_item(**changes: object) -> dict[str, object]:
    """Return one Crossref item."""
    item: dict[str, object] = {
        "DOI": "10.5555/SHAPE.4",
        "title": ["Grief after the first year"],
        "subtitle": ["A second look"],
        "author": [{"given": "Mara", "family": "Lund"}, {"name": "The Invented Group"}],
        "issued": {"date-parts": [[2018, 4]]},
        "container-title": ["Invented Quarterly"],
        "abstract": f"<jats:title>Abstract</jats:title><jats:sec><jats:title>Results</jats:title><jats:p>{LONG}</jats:p></jats:sec>",
        "license": [{"URL": "https://example.org/terms"}, {"URL": "http://creativecommons.org/licenses/by/4.0/"}],
        "indexed": {},
        "type": "journal-article",
    }
    return item | changes


def epmc_result(**changes: object) -> dict[str, object]:
    """Return one Europe PMC result."""
    result: dict[str, object] = {
        "id": "990000105",
        "source": "MED",
        "pmid": "990000105",
        "doi": "10.5555/shape.5",
        "title": "Panic and the steady voice.",
        "authorString": "Vale I, Lund M.",
        "pubYear": "2022",
        "abstractText": f"<h4>Aim</h4>{LONG}<h4>Findings</h4>{LONG}",
        "license": "cc by",
        "pubTypeList": {"pubType": ["Journal Article"]},
        "language": "eng",
        "journalInfo": {"journal": {"title": "Invented Medicine"}},
    }
    return result | changes


JATS = f"""<!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.0//EN" "JATS-archivearticle1.dtd">
<article article-type="research-article" xml:lang="en" xmlns:xlink="http://www.w3.org/1999/xlink">
<front><journal-meta><journal-title-group><journal-title>Invented Open Journal</journal-title></journal-title-group>
</journal-meta>
<article-meta><article-id pub-id-type="pmid">990000106</article-id><article-id pub-id-type="pmc">99</article-id>
<article-id pub-id-type="doi">10.5555/shape.6</article-id>
<title-group><article-title>Carers who say they are fine<xref ref-type="fn" rid="f1">*</xref></article-title>
<subtitle>An interview study</subtitle></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Holm</surname><given-names>Greta</given-names></name></contrib>
<contrib contrib-type="editor"><name><surname>Nobody</surname><given-names>Ed</given-names></name></contrib>
<contrib contrib-type="author"><collab>Carers Panel</collab></contrib></contrib-group>
<pub-date pub-type="epub"><year>2020</year></pub-date><pub-date pub-type="collection"><year>2021</year></pub-date>
<permissions><license xlink:href="https://creativecommons.org/licenses/by-nc/4.0/"><license-p>Open.</license-p></license>
</permissions>
<abstract><sec><title>Aim</title><p>{LONG}</p></sec></abstract>
<abstract abstract-type="graphical"><p>A picture.</p></abstract></article-meta></front>
<body><sec><title>Introduction</title><p>{LONG} This was shown before
[<xref ref-type="bibr" rid="r1">1</xref>,<xref ref-type="bibr" rid="r2">2</xref>].</p>
<fig><caption><p>Not prose.</p></caption></fig></sec>
<sec><title>Results</title><sec><title>Themes</title>
<p>{LONG} As <xref ref-type="bibr" rid="r3">Lee (1997)</xref> found, pace matters
(<xref ref-type="bibr" rid="r4">Roe, 1998</xref>;
<xref ref-type="bibr" rid="r5">Poe, 1999</xref>).
<table-wrap><table><tr><td>7.3</td></tr></table></table-wrap></p></sec></sec>
<ack><p>Thanks to all.</p></ack></body>
<back><ref-list><ref><mixed-citation>A reference.</mixed-citation></ref></ref-list></back></article>""".encode()

NBIB = f"""
PMID- 990000107
OWN - NLM
DP  - 2016 Spring
TI  - [Sleep distress and the wish to
      control the night].
LID - 10.5555/shape.7 [doi]
AB  - AIM: {LONG[:120]}
      {LONG[120:]} RESULTS: {LONG}
FAU - Rook, Bastian
CN  - Night Study Group
PT  - Journal Article
TT  - Schlaf und Kontrolle.
JT  - Invented sleep letters
SO  - Invented. 2016;1(1):1-9.

PMID- 990000108
TI  - Correction.
PT  - Published Erratum
SO  - Invented. 2016;1(2):1.
""".encode()

RIS = f"""1.
Provider: Invented Index
TY  - JOUR
T1  - Warmth in the
first hour
A1  - Vale, Ines
A1  - The Panel
Y1  - 2019/04//
N2  - AIM: {LONG} RESULTS: {LONG}
JF  - Invented Letters
DO  - https://doi.org/10.5555/SHAPE.8
LA  - English
DB  - PubMed
AN  - 990000109
ER  -

2.
TY  - CHAP
TI  - Retracted: Rest and talk
AU  - Reed, T.
PY  - 2006
AB  - <p>{LONG}</p>
UR  - https://example.org/2
ER  -
""".encode()
