"""Composition of a release: which of the records that passed every gate are admitted, in the exact mix.

Lives here: choosing. Must not live here: gates, splits, or numbers (policy).
"""
