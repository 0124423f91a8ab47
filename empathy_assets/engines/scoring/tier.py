"""The tiers of judging: how much of a build the encoders see; and the engines that run the encoders.

Lives here: the names. Must not live here: what each judge does about them (`crisis`, `ears`), so that settings can name a tier without
loading a judge.
"""

from typing import Literal

Tier = Literal["encoder", "cascade", "student"]
"""`encoder`: the encoders judge every turn. `cascade`: students settle what is clear, the encoders the rest. `student`: EARS by the student
alone; of each conversation the encoder sees one client turn."""

Engine = Literal["onnx", "torch"]
"""What runs the encoders: `onnx` on a core, `torch` on a GPU where there is one (the `gpu` extra)."""
