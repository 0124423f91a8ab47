"""Scoring: the two judges, bundled or trained, with their certificates."""
