"""Tests of `empathy_assets/policy`."""
