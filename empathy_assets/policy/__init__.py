"""Floor 1, the numbers and words people argue about: thresholds, targets, licences, lexicons, prompts, banks, voices.

Lives here: data files and the typed loaders that validate them. Must not live here: any computation on records.
Every number stands in a TOML table of its own with `value` and `because`, the sentence it comes from.
"""
