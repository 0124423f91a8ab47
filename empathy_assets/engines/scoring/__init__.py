"""The two judges: the crisis detector and the EARS scorer, their features, training and the scoring of whole frames.

Lives here: pure functions from texts and weights to scores with evidence. Must not live here: gates, certificates, files other than the
bundled weights.
"""
