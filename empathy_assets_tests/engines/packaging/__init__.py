"""Tests of the packaging engine."""
