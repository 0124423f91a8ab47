"""Behaviour of `engines.scoring.torch_encoder`: two engines, one result."""

import json
from pathlib import Path

import numpy as np
import pytest

from empathy_assets.engines.scoring.encoder import Encoder
from empathy_assets.engines.scoring.encoder_graph import encoder_graph
from empathy_assets.engines.scoring.torch_encoder import TOLERANCE, TorchEncoder, load_torch_detector
from empathy_assets_tests.engines.scoring import bert


def test_without_torch_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(ModuleNotFoundError, match="extra gpu"):
        TorchEncoder(tmp_path)


@pytest.fixture
def network(tmp_path: Path) -> Path:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    config = transformers.BertConfig(
        vocab_size=len(bert.WORDS), hidden_size=bert.WIDTH, num_hidden_layers=bert.LAYERS, num_attention_heads=bert.HEADS,
        intermediate_size=bert.INNER, max_position_embeddings=bert.PLACES, num_labels=1,
    )  # fmt: skip
    made = transformers.BertForSequenceClassification(config)
    made.load_state_dict({name: torch.tensor(value) for name, value in bert.state().items()}, strict=False)
    made.save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_bytes(bert.tokenizer())
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(names))
    return tmp_path


def test_both_engines_agree_within_the_stated_tolerance(network: Path) -> None:
    pytest.importorskip("onnx")
    texts = bert.texts(300)
    precise = TorchEncoder(network, "cpu").logits(texts)
    quick = Encoder(encoder_graph(bert.state(), bert.HEADS), bert.tokenizer()).logits(texts)
    assert np.corrcoef(precise, quick)[0, 1] >= TOLERANCE.correlation
    assert np.sqrt(np.mean((precise - quick) ** 2)) <= TOLERANCE.typical * precise.std()


def test_the_detector_runs_on_torch(network: Path) -> None:
    detector = load_torch_detector(network, device="cpu")
    assert detector.version.endswith("-torch")
    found = detector.score(["the sea was calm", ""])
    assert 0.0 < found[0] <= 1.0
    assert found[1] == 0.0
    assert TorchEncoder(network, "cpu").logits([]).shape == (0,)
