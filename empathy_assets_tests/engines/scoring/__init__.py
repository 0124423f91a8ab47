"""Behaviour of `engines.scoring`."""
