"""Tests of `empathy_assets/defs/stages`: what its assets leave behind, and that its checks can fail."""
