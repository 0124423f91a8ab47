"""Voices: how a speaker talks, read off transcripts, so that a counsellor can be written and judged in that manner.

`words` cuts text up, `images` finds comparisons, images and openers, `cadence` measures and imposes the beat of sentences, `profile` puts
a voice together, `landed` finds the voices of the passages at hand, `match` says how much a text sounds like a voice, `brief` puts a voice
into words for a prompt. A voice is manner only: nothing here says who somebody is, and no sentence of a talk is kept.
"""
