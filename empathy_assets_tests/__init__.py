"""Tests, at the same paths as the modules they test; `graph/` for the whole graph, `journeys/` for the commands of the README."""
