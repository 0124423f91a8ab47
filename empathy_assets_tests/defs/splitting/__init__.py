"""Tests of `empathy_assets/defs/splitting`: what its assets leave behind, and that its checks can fail."""
