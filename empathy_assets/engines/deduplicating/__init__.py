"""Duplicates: which conversations are copies of one another, which copy stays, and what overlaps with a benchmark.

Lives here: hashed shingles, candidate search, clusters, the keep-policy, n-gram matching. Must not live here: cleaning or gates.
"""
