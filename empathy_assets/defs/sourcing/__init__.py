"""Sourcing: papers, books, transcripts and conversation corpora as they were landed, read incrementally, rights checked."""
