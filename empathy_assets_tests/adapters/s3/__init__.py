"""Tests of `empathy_assets/adapters/s3`."""
