"""Tests of the embedded grammar."""
