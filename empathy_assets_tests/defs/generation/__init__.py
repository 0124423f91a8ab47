"""Tests of `empathy_assets/defs/generation`: what its assets leave behind, and that its checks can fail."""
