"""The brief of a voice: its profile in words, for the prompt of a language model that is to write in it."""

from empathy_assets.engines.generating.voices.profile import VoiceProfile
from empathy_assets.policy.load import number

_MOST = 14


def voice_brief(profile: VoiceProfile) -> str:
    """Return a paragraph that tells how the voice talks: beat, openers, images, words. It names nobody and quotes no talk."""
    parts = [
        _beat(profile),
        _listed("It often opens a sentence with", [o.rstrip(",:") for o in profile.openers]),
        _listed("Its images come from", profile.images),
        _listed("It compares things, for instance,", profile.similes),
        _listed("Words it returns to:", [w for w, _ in profile.vocabulary]),
        "Let this shape the manner only: never name or claim to be the speaker, and quote no more than one short sentence.",
    ]
    return " ".join(p for p in parts if p)


def _listed(lead: str, items: tuple[str, ...] | list[str]) -> str:
    return f"{lead} {', '.join(items[:_MOST])}." if items else ""


def _beat(profile: VoiceProfile) -> str:
    beat = profile.cadence
    said: list[str] = []
    if beat.sentence_words is not None and beat.short_share is not None and beat.question_share is not None:
        said.append(f"The voice speaks in sentences of about {beat.sentence_words:.0f} words, {beat.short_share:.0%} of them very short.")
        said.append(f"{beat.question_share:.0%} of its sentences are questions.")
    forms = "full forms (do not, it is)" if beat.contractions <= number("voices", "shape.full_forms_max") else "contractions (don't, it's)"
    said.append(f"It uses {forms}, says you and your {beat.you:.1f} times and we and our {beat.we:.1f} times in a hundred words.")
    return " ".join(said)
