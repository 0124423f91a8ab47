"""Tests of `empathy_assets/records`."""
