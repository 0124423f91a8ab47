"""Preprocessing, one path for all sources: text repair, roles, personal data, language and length.

Lives here: pure functions from raw to prepared conversations. Must not live here: reading files, judging quality, deduplication.
"""
