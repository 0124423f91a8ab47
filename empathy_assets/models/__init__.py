"""Bundled weights of the two judges with their card, checksums and the project's own training texts.

Lives here: numbers (npz, onnx), `card.md`, `checksums.toml`, `training/`. Must not live here: code, or texts of third parties.
"""
