"""Checking: what the asset checks compare. Each function takes tables and returns a `Finding`: verdict, sentence, figures.

Lives here: the comparison and its wording. Must not live here: thresholds (policy) or Dagster (defs/*/checks.py bind the findings).
"""
