"""Tests of `empathy_assets/adapters`."""
