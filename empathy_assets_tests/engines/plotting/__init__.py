"""Tests of the plotting engine."""
