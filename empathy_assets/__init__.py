"""The `empathy_assets` package: a Dagster asset graph that builds therapeutic-conversation dataset releases.

Six floors, imports only go down: F5 definitions and command line, F4 `defs`, F3 `adapters`, F2 `engines`, F1 `policy`, F0 `records`.
Nothing is imported here, so that loading one module never loads the rest.
"""
