"""Clients of the scholarly services, and the collection of findings from landing and network.

Lives here: HTTP, its cache and its manners. Must not live here: parsing a reply (`engines/reading/papers`), Dagster.
"""
