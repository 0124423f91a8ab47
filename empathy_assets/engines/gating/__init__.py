"""The gates: per-record decisions with their reasons, one module per gate, listed once in `registry`.

Lives here: what passes and why. Must not live here: thresholds and word lists (policy), scoring models, reading or writing.
"""
