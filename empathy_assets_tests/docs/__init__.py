"""Tests of the documentation: its code blocks, links and names."""
