"""Tests of `empathy_assets/defs/scoring`: what its assets leave behind, and that its checks can fail."""
