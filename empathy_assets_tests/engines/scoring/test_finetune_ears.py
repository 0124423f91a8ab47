"""Fine-tuning of the EARS encoder end to end on a tiny network; needs the `gpu` extra and is skipped without it."""

import json
from pathlib import Path

import numpy as np
import pytest

from empathy_assets.engines.scoring.bundle import register
from empathy_assets.engines.scoring.crisis import TOKENIZER_FILE
from empathy_assets.engines.scoring.ears import COMPONENTS, load_scorer
from empathy_assets.engines.scoring.finetune_ears import Recipe, finetune_scorer
from empathy_assets_tests.engines.scoring import bert

SIGNS = dict(zip(COMPONENTS, ("sea", "calm", "rough", "sleep", "walked", "rain", "late"), strict=True))


def rows() -> list[dict[str, object]]:
    """Return replies that show a component where they hold its sign."""
    draw = np.random.default_rng(0)
    out: list[dict[str, object]] = []
    for i in range(240):
        shown = {name: int(draw.integers(2)) for name in COMPONENTS}
        words = [SIGNS[name] for name, there in shown.items() if there] + ["the", "and", "so"]
        text = " ".join(draw.permutation(words))
        out.append(
            {"conv_id": f"c{i // 4}", "context": [{"role": "user", "content": "we"}], "response": text, "labels": shown, "source": "one"}
        )
    return out


def test_a_trained_encoder_scores_what_it_was_shown(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("onnx")
    start, home = tmp_path / "start", tmp_path / "home"
    config = transformers.BertConfig(
        vocab_size=len(bert.WORDS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=200,
    )
    torch.manual_seed(0)
    transformers.BertModel(config).save_pretrained(start)
    (start / "tokenizer.json").write_bytes(bert.tokenizer())
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    (start / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **named}))
    recipe = Recipe(layers=2, frozen_layers=0, epochs=12, learning_rate=3e-3)
    report = finetune_scorer(rows(), str(start), home, recipe)
    assert np.mean([head.auc for head in report.heads]) > 0.9
    (home / TOKENIZER_FILE).write_bytes(bert.tokenizer())
    register(home, TOKENIZER_FILE)
    found = load_scorer(home).turns(["we"] * len(SIGNS), [f"the {sign} and so" for sign in SIGNS.values()])
    for k, name in enumerate(SIGNS):
        assert int(np.argmax(found[name])) == k
