"""Labelled pairs for `engines.scoring.groundedness`: passages in our own words and claims that are faithful to them or not.

`faithful` and `paraphrased` are supported; `contradicted` (negation, number, subject or direction changed) and `invented` are not.
The rules were written with the passages of `TUNED` at hand; `HELD_OUT` was measured when they stood (precision 0.83, recall 0.88) and then
showed one fault that was mended (a negation outvoted by its neighbour), so its figures since are a little kind.
"""

Pairs = dict[str, dict[str, list[str]]]

TUNED: Pairs = {
    "Grief often comes in waves. Between waves people work, laugh and cook; a wave may be called up by a song or a smell. "
    "Most mourners do not want advice in the first three months, but company.": {
        "faithful": [
            "Grief often comes in waves.",
            "A wave may be called up by a song or a smell.",
            "Most mourners do not want advice in the first three months.",
        ],
        "paraphrased": [
            "Mourning tends to arrive in waves.",
            "A song or a smell can call up such a wave.",
            "Between the waves, people cook and laugh and go to work.",
            "In the first three months mourners seldom want advice; they want company.",
        ],
        "contradicted": [
            "Grief does not come in waves.",
            "Most mourners want advice in the first three months.",
            "Most mourners do not want advice in the first nine months, but company.",
            "A wave of grief can never be called up by a song.",
        ],
        "invented": [
            "Grief ends once the inheritance has been settled.",
            "Magnesium supplements shorten mourning considerably.",
            "Mourners who jog recover twice as fast as others.",
            "Waves of anger are caused by poor posture.",
        ],
    },
    "Shame grows in hiding and shrinks when it is told to somebody who stays. Reassurance that there is no "
    "reason for it closes the subject. "
    "What helps is a slow voice and the plain sentence that this is hard to say.": {
        "faithful": [
            "Shame grows in hiding and shrinks when it is told to somebody who stays.",
            "What helps is a slow voice and the plain sentence that this is hard to say.",
        ],
        "paraphrased": [
            "Hidden shame grows, and it lessens when told to someone who stays.",
            "A slow voice helps, and so does a plain sentence about how hard it is to say.",
            "Shame gets smaller when it is spoken to a person who stays.",
        ],
        "contradicted": [
            "Shame does not grow in hiding.",
            "Shame shrinks in hiding and grows when it is told to somebody.",
            "What harms is a slow voice and a plain sentence.",
            "A fast voice helps, and so does a plain sentence.",
        ],
        "invented": [
            "Shame is inherited from the grandfather's side of the family.",
            "Shame disappears after eight sessions of bright light.",
            "Cold baths make a slow voice unnecessary.",
        ],
    },
    "Sleep comes more easily to those who keep the same hour each morning. Lying awake for long teaches the "
    "body that the bed is for worrying. "
    "A quarter of an hour in the kitchen with a dull book breaks the lesson.": {
        "faithful": [
            "Lying awake for long teaches the body that the bed is for worrying.",
            "Sleep comes more easily to those who keep the same hour each morning.",
        ],
        "paraphrased": [
            "Keeping the same hour each morning makes sleep easier.",
            "The body learns from lying awake that bed is for worrying.",
            "A dull book in the kitchen for a quarter of an hour can break that lesson.",
        ],
        "contradicted": [
            "Sleep does not come more easily to those who keep the same hour each morning.",
            "Lying awake for long teaches the body that the bed is not for worrying.",
            "Half an hour in the kitchen with a dull book breaks the lesson.",
        ],
        "invented": [
            "Sleep improves when the bedroom is painted green.",
            "Older people need ten hours of sleep to keep their memory.",
            "Warm milk contains a hormone that ends worrying.",
        ],
    },
}

HELD_OUT: Pairs = {
    "Loneliness is not cured by more people but by being known to one. Many lonely people are surrounded by colleagues. "
    "A regular hour with the same neighbour did more for them than a room full of strangers.": {
        "faithful": [
            "Loneliness is not cured by more people but by being known to one.",
            "Many lonely people are surrounded by colleagues.",
        ],
        "paraphrased": [
            "More people do not cure loneliness; being known to one does.",
            "A regular hour with one neighbour did more than a room of strangers.",
            "Lonely people are often surrounded by colleagues.",
            "The lonely may well have colleagues all around them.",
        ],
        "contradicted": [
            "Loneliness is cured by more people.",
            "Few lonely people are surrounded by colleagues.",
            "A room full of strangers did more for them than a regular hour with the same neighbour.",
            "Many lonely people are not surrounded by colleagues.",
        ],
        "invented": [
            "Loneliness raises the price of housing.",
            "Lonely people should adopt two dogs.",
            "Strangers on trains are the best listeners of all.",
        ],
    },
    "Anger is usually the second feeling to arrive; hurt came first and had no words. When the hurt is named, the anger sits down. "
    "Couples who waited twenty minutes before they answered quarrelled less.": {
        "faithful": [
            "When the hurt is named, the anger sits down.",
            "Couples who waited twenty minutes before they answered quarrelled less.",
        ],
        "paraphrased": [
            "Anger sits down once the hurt has been named.",
            "Couples quarrelled less if they waited twenty minutes before replying.",
            "Hurt, which had no words, arrives before the anger does.",
            "Anger tends to be the second feeling, and hurt the first.",
        ],
        "contradicted": [
            "When the hurt is not named, the anger sits down.",
            "Couples who waited twenty minutes before they answered quarrelled more.",
            "Couples who waited five minutes before they answered quarrelled less.",
            "Colleagues who waited twenty minutes before they answered quarrelled less.",
        ],
        "invented": [
            "Anger comes from too much coffee in the morning.",
            "Couples who share a bank account live longer.",
            "The anger of children passes at puberty.",
        ],
    },
    "Carers rarely ask for help, because asking feels like giving up the person they look after. A task that "
    "is small and exact is easier to accept. "
    "Those who had one free afternoon a week stayed well for longer.": {
        "faithful": [
            "A task that is small and exact is easier to accept.",
            "Carers rarely ask for help, because asking feels like giving up the person they look after.",
        ],
        "paraphrased": [
            "Small, exact tasks are easier for carers to accept.",
            "To carers, asking for help can feel like giving up the person.",
            "With one free afternoon a week, carers stayed well longer.",
        ],
        "contradicted": [
            "Carers often ask for help.",
            "A task that is small and exact is harder to accept.",
            "Those who had three free afternoons a week stayed well for longer.",
        ],
        "invented": [
            "Carers are paid by the hour in most countries.",
            "A vegetarian diet keeps carers free of infections.",
            "Looking after a parent makes siblings richer.",
        ],
    },
}


def labelled(pairs: Pairs) -> list[tuple[str, str, str]]:
    """Return (passage, claim, label) of every pair."""
    return [(p, claim, label) for p, by_label in pairs.items() for label, claims in by_label.items() for claim in claims]
