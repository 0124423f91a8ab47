"""Tests of the splitting engine."""
