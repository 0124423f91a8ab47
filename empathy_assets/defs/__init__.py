"""Floor 4, Dagster only: what exists, what it needs, when it runs. No algorithm, no loop over records."""
