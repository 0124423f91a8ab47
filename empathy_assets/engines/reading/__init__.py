"""Readers of landed files: bytes in, passages or conversations and rejects out; pure, no network, nothing escapes as an exception."""
