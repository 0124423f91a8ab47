"""Tests of `empathy_assets/defs/sourcing`: what its assets leave behind, and that its checks can fail."""
