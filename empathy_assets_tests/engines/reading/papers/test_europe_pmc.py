"""Europe PMC replies, JSON and XML."""

from empathy_assets.engines.reading.papers import europe_pmc
from empathy_assets_tests.engines.reading.papers.shapes import LONG, as_json, epmc_result


def test_core_json():
    (work,), rejects = europe_pmc.parse(as_json({"hitCount": 1, "resultList": {"result": [epmc_result()]}}))
    assert rejects == []
    assert [s.label for s in work.abstract] == ["Aim", "Findings"]
    assert work.abstract[0].text == LONG
    assert (work.pmid, work.licence, work.year, work.authors, work.journal) == (
        "990000105",
        "CC-BY-4.0",
        2022,
        ("Vale I", "Lund M"),
        "Invented Medicine",
    )
    assert work.origin == "https://europepmc.org/article/MED/990000105"


def test_flags_from_types_and_relations():
    erratum = epmc_result(pubTypeList={"pubType": ["Published Erratum"]})
    retracted = epmc_result(commentCorrectionList={"commentCorrection": [{"type": "Retraction in"}]})
    lite = epmc_result(pubTypeList=None, pubType="published erratum; correction")
    works, _ = europe_pmc.parse(as_json({"resultList": {"result": [erratum, retracted, lite]}}))
    assert [w.flags for w in works] == [("erratum",), ("retracted",), ("erratum",)]


XML = f"""<?xml version="1.0"?><responseWrapper xmlns:slx="http://www.scholix.org"><hitCount>2</hitCount><resultList>
<result><id>1</id><source>MED</source><pmid>990000301</pmid><title>Slow &amp; steady</title><authorString>Vale I.</authorString>
<pubYear>2020</pubYear>
<authorList><author><fullName>Vale I</fullName><firstName>Ines</firstName><lastName>Vale</lastName></author></authorList>
<pubTypeList><pubType>Retraction of Publication</pubType></pubTypeList></result>
<result><id>2</id><source>PPR</source><title>Second</title><abstractText>{LONG}</abstractText></result></resultList></responseWrapper>"""


def test_xml_and_cut_xml():
    (first, second), rejects = europe_pmc.parse(XML.encode())
    assert rejects == []
    assert (first.title, first.authors, first.flags) == ("Slow & steady", ("Ines Vale",), ("retraction-notice",))
    assert second.abstract[0].text == LONG
    works, rejects = europe_pmc.parse(XML[: XML.index("Second")].encode())
    assert [w.pmid for w in works] == ["990000301"]
    assert [r.reason for r in rejects] == ["truncated"]
    assert europe_pmc.parse(b"<responseWrapper><res")[1][0].reason == "not-well-formed"
    assert europe_pmc.parse(b'<!DOCTYPE r [<!ENTITY a "b">]><responseWrapper/>')[1][0].reason == "entity-declarations"


def test_preprints_and_partial_retractions_are_told_apart():
    preprint = epmc_result(source="PPR", id="PPR1", pmid=None, pmcid="PMC9")
    partly = epmc_result(commentCorrectionList={"commentCorrection": [{"type": "Partial retraction in"}]})
    works, _ = europe_pmc.parse(as_json({"resultList": {"result": [preprint, partly]}}))
    assert [w.flags for w in works] == [("preprint",), ("retracted",)]
    assert works[0].pmcid == "PMC9"
