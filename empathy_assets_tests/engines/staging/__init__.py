"""Tests of `empathy_assets/engines/staging`."""
