"""Tests of `empathy_assets/engines/checking`."""
