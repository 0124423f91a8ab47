"""Tests of the scholarly clients against a local server."""
