"""Tests of the composing engine."""
