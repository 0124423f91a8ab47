"""Tests of `empathy_assets/console`."""
