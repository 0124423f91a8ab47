"""Tests of the deduplication engine."""
