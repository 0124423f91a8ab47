"""Tests of generation through Data Designer."""
