"""Behaviour of `engines.scoring.train_ears`."""

import numpy as np
import pytest

from empathy_assets.engines.scoring.ears import COMPONENTS, load_scorer
from empathy_assets.engines.scoring.train_ears import train_scorer

SHOWN = {
    "empathize": "I am so sorry for you",
    "acknowledge": "that makes sense given your year",
    "reflect": "so you carry the house alone",
    "support": "perhaps we could try a short walk",
    "question": "what happened then?",
    "minimize": "just get over it",
    "directive": "you must leave at once",
}


def rows():
    out = []
    for i in range(60):
        for name, text in SHOWN.items():
            labels = {c: int(c == name) for c in COMPONENTS}
            out.append(
                {"id": f"{i}-{name}", "conv_id": f"c{i // 2}", "context": [], "response": f"{text} {i}", "labels": labels, "source": "one"}
            )
    out += [{**row, "source": "one_failed", "conv_id": "f" + row["conv_id"], "labels": dict.fromkeys(COMPONENTS)} for row in out[:40]]
    return out


def test_trained_scorer_tells_components_apart(tmp_path):
    report = train_scorer(rows(), tmp_path)
    assert all(head.auc > 0.9 for head in report.heads)
    scorer = load_scorer(tmp_path)
    found = scorer.turns([""] * len(SHOWN), list(SHOWN.values()))
    for k, name in enumerate(SHOWN):
        assert int(np.argmax(found[name])) == k


def test_a_component_without_labels_is_refused(tmp_path):
    broken = [{**row, "labels": {**row["labels"], "directive": None}} for row in rows()]
    with pytest.raises(ValueError, match="directive"):
        train_scorer(broken, tmp_path)
