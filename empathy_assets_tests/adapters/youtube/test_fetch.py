"""Tests of fetching: rights first, cache, blocks, order, and the reader of landed files at the end."""

import pytest

from empathy_assets.adapters.declarations import Declarations
from empathy_assets.adapters.landing import read_landed
from empathy_assets.adapters.scholarly.settings import FetchSettings
from empathy_assets.adapters.youtube.fetch import fetch_transcripts
from empathy_assets.adapters.youtube.lists import Video as Listed
from empathy_assets.records.arrow import from_frame
from empathy_assets.records.licence import Rights
from empathy_assets.records.passage import Passage
from empathy_assets_tests.adapters.youtube.site import Video, player, serving, track

A, B, C, D = ("AAAAAAAAAAA", "BBBBBBBBBBB", "CCCCCCCCCCC", "DDDDDDDDDDD")
_ON = FetchSettings(enabled=True)
_RIGHTS = Rights(licence="CC-BY-4.0", origin="the speaker's permission", voice="calm-voice")


def good(video):
    return Video(player=player([track(video, "en")]))


def listed(*ids):
    return [Listed(key, "videos/list.txt", f"line {n}") for n, key in enumerate(ids, start=1)]


@pytest.fixture
def site():
    videos = {A: good(A), B: Video(player=player()), C: good(C), D: good(D)}
    with serving(videos) as running:
        yield running


def fetch(site, cache, ids, settings=_ON, rights_of=lambda _: _RIGHTS, progress=None):
    return fetch_transcripts(listed(*ids), cache, settings, rights_of, session=site.session(), sleep=lambda _: None, progress=progress)


def test_a_second_run_asks_nothing(site, tmp_path):
    told = []
    found, rejects, stats = fetch(site, tmp_path, [C, B, A], progress=told.append)
    assert [f.relative.removeprefix("videos/") for f in found] == [C, A]
    assert [(r.reason, r.file, r.position) for r in rejects] == [("captions-disabled", "videos/list.txt", "line 2")]
    assert rejects[0].remedy
    assert (stats.videos, stats.fetched, stats.cached, stats.requests) == (3, 2, 0, 8)
    assert told == [f"{C}: captions", f"{B}: captions-disabled", f"{A}: captions"]
    asked = len(site.log)
    again = fetch(site, tmp_path, [C, B, A])
    assert (again[0], again[1]) == (found, rejects)
    assert (again[2].cached, again[2].requests, len(site.log)) == (3, 0, asked)
    assert fetch(site, tmp_path, [A], FetchSettings(enabled=True, edition="zz"))[2].requests == 3


def test_switched_off_only_the_cache_speaks(site, tmp_path):
    fetch(site, tmp_path, [A])
    asked = len(site.log)
    found, rejects, _ = fetch(site, tmp_path, [A, C], FetchSettings())
    assert [f.relative.removeprefix("videos/") for f in found] == [A]
    assert [r.reason for r in rejects] == ["fetch-disabled"]
    assert len(site.log) == asked


def test_what_nobody_declared_is_not_asked_for(site, tmp_path):
    rights = {f"videos/{A}": Rights(licence="LicenseRef-none", origin="x")}
    found, rejects, _ = fetch(site, tmp_path, [A, C], rights_of=rights.get)
    assert not found
    assert [r.reason for r in rejects] == ["incompatible-licence", "undeclared-rights"]
    assert not site.log


def test_an_unusable_declaration_is_a_reject(site, tmp_path):
    (tmp_path / "rights.toml").write_text("not toml [")
    declarations = Declarations(tmp_path)
    found, rejects, _ = fetch(site, tmp_path, [A], rights_of=lambda name: declarations.of(tmp_path / name))
    assert not found
    assert [r.reason for r in rejects] == ["rights-file-invalid"]
    assert not site.log


def test_a_block_ends_the_asking(site, tmp_path):
    site.videos[C].page = 429
    found, rejects, _ = fetch(site, tmp_path, [A, C, B, D])
    assert [f.relative.removeprefix("videos/") for f in found] == [A]
    assert [r.reason for r in rejects] == ["video-blocked", "not-asked", "not-asked"]
    assert not {B, D} & {video for _, video, _ in site.log}
    site.videos[C].page = good(C).page
    assert len(fetch(site, tmp_path, [A, C, B, D])[0]) == 3


def test_no_connection_ends_the_asking_after_some_videos(tmp_path):
    with serving({key: Video(page=0) for key in (A, B, C, D)}) as site:
        _, rejects, _ = fetch(site, tmp_path, [A, B, C, D])
    assert [r.reason for r in rejects] == ["network", "network", "network", "not-asked"]


def test_a_half_written_cache_file_is_asked_for_again(site, tmp_path):
    fetch(site, tmp_path, [A])
    (stored,) = tmp_path.rglob("*.reply")
    stored.write_bytes(stored.read_bytes()[:-20])
    assert fetch(site, tmp_path, [A])[2].requests == 3


def test_fetched_captions_go_through_the_reader_of_landed_files(site, tmp_path):
    fetched, _, _ = fetch(site, tmp_path, [A])
    landed = read_landed(tmp_path, "transcripts", cache=tmp_path / "cache", replies=fetched)
    (passage,) = from_frame(landed.passages, Passage)
    assert landed.rejects.is_empty()
    assert passage.text.startswith("When the house is quiet I can hear how tired I have become. I used to")
    assert (passage.voice, passage.licence) == ("calm-voice", "CC-BY-4.0")
    place = passage.provenance
    assert (place.file, place.start, place.end, place.title, place.authors) == (f"videos/{A}", 0.5, 11.5, "A quiet talk", ["Small Channel"])
    assert place.origin == "the speaker's permission"
