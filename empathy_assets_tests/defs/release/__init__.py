"""Tests of `empathy_assets/defs/release`: what its assets leave behind, and that its checks can fail."""
