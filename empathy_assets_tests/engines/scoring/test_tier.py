"""Behaviour of `engines.scoring.tier`: a tier is named without loading a judge, and each is a different pair of judges."""

import subprocess
import sys
from typing import get_args

from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.tier import Tier


def test_naming_a_tier_loads_no_judge() -> None:
    code = "import sys; import empathy_assets.engines.scoring.tier; print('numpy' in sys.modules, 'onnxruntime' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]


def test_every_tier_is_another_detector_with_the_same_threshold() -> None:
    detectors = {tier: load_detector(tier=tier) for tier in get_args(Tier)}
    assert len({detector.version for detector in detectors.values()}) == 3
    assert len({detector.threshold for detector in detectors.values()}) == 1
    seen = [detectors[tier].conversation_turns for tier in ("student", "cascade", "encoder")]
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]
