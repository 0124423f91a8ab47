"""Language is judged per conversation, without a model where English is certain."""

import polars as pl

from empathy_assets.engines.cleaning.language import languages


def judge(*conversations):
    rows = [(i, t) for i, turns in enumerate(conversations) for t in turns]
    return languages(pl.DataFrame(rows, schema={"row": pl.UInt32, "content": pl.String}, orient="row"))["language"].to_list()


def test_english_with_short_turns():
    assert judge(["Mm-hmm.", "I do not know what to do with this feeling.", "Okay."], ["Yes", "the"]) == ["en", "en"]


def test_other_languages_are_named():
    spanish = ["No sé qué hacer con mi vida desde que murió mi padre.", "Entiendo, debe ser muy duro para usted en este momento."]
    german = ["Ich schlafe seit Wochen schlecht und mache mir ständig Sorgen.", "Das klingt sehr anstrengend, erzählen Sie mehr davon."]
    assert judge(spanish, german) == ["es", "de"]


def test_too_little_to_judge_is_undetermined():
    assert judge(["Mm-hmm.", "Oh."]) == ["und"]
