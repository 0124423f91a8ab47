"""Behaviour of `engines.certifying`."""
