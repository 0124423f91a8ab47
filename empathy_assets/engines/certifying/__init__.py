"""Certification of the crisis detector on labelled benchmarks.

Lives here: confidence intervals and the certificate. Must not live here: training, or the decision to release.
"""
