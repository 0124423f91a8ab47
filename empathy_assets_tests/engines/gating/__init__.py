"""Tests of the gating engine."""
