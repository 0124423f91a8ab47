"""Tests of the client for captions."""
