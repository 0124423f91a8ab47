"""Tests of the client against a server with the site's shapes."""

import json
from typing import Any

import pytest

from empathy_assets.adapters.youtube.captions import Captions, RefusedError
from empathy_assets_tests.adapters.youtube.site import CAPTCHA, CONSENT, KEY, PAGE, Video, player, serving, timedtext, track

_ID = "AAAAAAAAAAA"


def ask(video: Video, waits: list | None = None) -> tuple[Any, Any]:
    with serving({_ID: video}) as site:
        client = Captions(site.session(), sleep=(waits if waits is not None else []).append)
        try:
            return json.loads(client.fetch(_ID)), site
        except RefusedError as refusal:
            return refusal, site


def english() -> dict:
    return player([track(_ID, "en")])


def test_captions_with_title_and_times():
    waits = []
    found, site = ask(Video(player=english()), waits)
    assert (found["video_id"], found["title"], found["author"]) == (_ID, "A quiet talk", "Small Channel")
    assert (found["language"], found["is_generated"]) == ("en", False)
    assert found["segments"][2] == {"text": "These days I sit by the window 'til the kettle is done.", "start": 7.5, "duration": 4.0}
    assert [path for path, *_ in site.log] == ["/watch", "/youtubei/v1/player", "/api/timedtext"]
    assert len(waits) == 2
    assert all(1.5 < wait <= 2.0 for wait in waits)


def test_people_come_before_machines_and_english_before_other_languages():
    tracks = [track(_ID, "fr"), track(_ID, "en", "asr"), track(_ID, "en-GB")]
    _, site = ask(Video(player=player(tracks)))
    assert site.log[-1][2]["lang"] == "en-GB"
    found, site = ask(Video(player=player(tracks[:2])))
    assert site.log[-1][2]["lang"] == "en"
    assert found["is_generated"]


def test_the_consent_page_is_answered():
    found, site = ask(Video(page="consent", player=english()))
    assert found["segments"]
    assert "CONSENT=YES+cb.20260101" in site.cookies[1]


def test_a_hiccup_is_asked_again():
    waits = []
    found, _ = ask(Video(player=english(), fails=2), waits)
    assert found["segments"]
    assert [w for w in waits if w > 2] == [5, 10]


@pytest.mark.parametrize(
    ("video", "reason"),
    [
        (Video(page=429), "video-blocked"),
        (Video(page=CAPTCHA), "video-blocked"),
        (Video(player=player(status="LOGIN_REQUIRED", reason="Sign in to confirm you’re not a bot")), "video-blocked"),
        (Video(player=player([track(_ID, "en")]), captions=429), "video-blocked"),
        (Video(page=CONSENT), "consent-refused"),
        (Video(page=CONSENT.replace('name="v"', "")), "consent-refused"),
        (Video(player=player(status="LOGIN_REQUIRED", reason="This video may be inappropriate for some users.")), "age-restricted"),
        (Video(player=player(status="ERROR", reason="This video is unavailable")), "video-unavailable"),
        (Video(player=player(status="UNPLAYABLE", reason="Not in your region")), "video-unplayable"),
        (Video(player=player()), "captions-disabled"),
        (Video(player=player([track(_ID, "de"), track(_ID, "fr", "asr")])), "no-english-captions"),
        (Video(player=player([track(_ID, "en", extra="&exp=xpe")])), "token-required"),
        (Video(page="<html></html>"), "unreadable-reply"),
        (Video(player="no json"), "unreadable-reply"),
        (Video(player={}), "unreadable-reply"),
        (Video(player=player([{"languageCode": "en"}])), "unreadable-reply"),
        (Video(player=english(), captions=timedtext()[:90]), "unreadable-reply"),
        (Video(player=english(), captions=""), "unreadable-reply"),
        (Video(player=english(), captions=timedtext([])), "unreadable-reply"),
        (Video(player=500), "request-failed"),
        (Video(player=403), "request-failed"),
        (Video(page=0), "network"),
        (Video(page=PAGE + " " * (33 << 20)), "too-large"),
    ],
)
def test_every_refusal_has_its_reason_and_no_key_in_it(video, reason):
    refusal, _ = ask(video)
    assert isinstance(refusal, RefusedError)
    assert refusal.reason == reason
    assert refusal.blocks == (reason in ("video-blocked", "consent-refused"))
    assert KEY not in refusal.detail
    assert refusal.detail
