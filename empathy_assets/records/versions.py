"""Version numbers that travel with every record. Bump `SCHEMA_VERSION` when a field of `records` changes its name, type or meaning."""

SCHEMA_VERSION = "1"
"""Version of the record schemas; a release never mixes two of them."""

PIPELINE_VERSION = "0.1.0"
"""Version of the code that prepared a record; equals the distribution's version (a test compares the two)."""
