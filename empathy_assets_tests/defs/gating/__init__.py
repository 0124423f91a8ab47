"""Tests of `empathy_assets/defs/gating`: what its assets leave behind, and that its checks can fail."""
