"""Splitting of a release into train, val and test by whole leakage clusters, and the proof that nothing leaks.

Lives here: clusters, assignment, statistics and proof. Must not live here: how near-duplicates are found (`deduplicating`).
"""
