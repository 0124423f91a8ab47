"""Readers of papers: replies of PubMed, JATS, Semantic Scholar, Europe PMC, OpenAlex and Crossref, turned into works and passages.

Lives here: pure parsers from bytes, merging, cutting into passages. Must not live here: asking a service for anything.
"""
