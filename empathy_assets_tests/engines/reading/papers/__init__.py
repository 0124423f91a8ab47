"""Tests of the paper readers; replies are written here in our own words."""
