"""Plots in one style: colour-blind safe, deterministic bytes, no global state.

Lives here: figures as PNG bytes or SVG text. Must not live here: computing what they show.
"""
