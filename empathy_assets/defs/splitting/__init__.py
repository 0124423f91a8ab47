"""Splitting: train, val and test, whole leakage clusters, 70/15/15."""
