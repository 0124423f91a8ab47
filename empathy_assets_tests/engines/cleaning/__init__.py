"""Tests of the cleaning engine."""
