"""Tests of the readers of landed files."""
