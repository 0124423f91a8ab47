"""Row-wise repair of wrong decodings and entities."""

import re

import pytest

from empathy_assets.engines.cleaning.repair import ENTITY, MOJIBAKE, repair_encoding, unescape


@pytest.mark.parametrize("text", ["She said “no” — it’s over…", "déjà vu, Zoë", "naïve • 50 € • ½", "ok 😊 fine"])
def test_utf8_read_as_windows_1252_is_undone(text):
    broken = text.encode("utf-8").decode("cp1252", "replace")
    assert re.search(MOJIBAKE, broken)
    mended = repair_encoding(broken)
    assert "â€" not in mended
    assert "Ã" not in mended
    assert mended.replace("’", "'").split()[0] == text.replace("’", "'").split()[0]


def test_lossless_damage_is_undone_exactly():
    assert repair_encoding("l’été — déjà".encode().decode("cp1252")) == "l’été — déjà"


def test_a_run_whose_context_was_lost_is_still_repaired():
    assert repair_encoding("\ufffd Iâ€™m") in ("\ufffd I’m", " I’m", "\ufffd I'm")


def test_good_accents_stay():
    assert repair_encoding("Ça va, señor? Über alles: Ærø") == "Ça va, señor? Über alles: Ærø"


def test_entities_need_their_semicolon():
    assert unescape("a &lt; b &copy=1 &#65; &#x42;") == "a < b &copy=1 A B"
    assert not re.search(ENTITY, "AT&T and Q&A")
