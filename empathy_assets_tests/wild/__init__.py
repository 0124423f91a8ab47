"""A table of files as the world publishes them, and of what has to become of each."""
