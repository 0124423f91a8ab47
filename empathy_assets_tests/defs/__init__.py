"""Tests of `empathy_assets/defs`."""
