"""A tiny random BERT classifier: its weights, its tokenizer, and texts for it."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

HEADS, WIDTH, INNER, LAYERS, PLACES = 2, 16, 32, 2, 100
WORDS = (
    "[PAD]", "[UNK]", "[CLS]", "[SEP]",
    "the", "a", "sea", "was", "calm", "rough", "and", "i", "could",
    "not", "sleep", "so", "we", "walked", "home", "late", "in", "rain",
)  # fmt: skip


def state(seed: int = 3) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(seed)

    def matrix(*shape: int) -> np.ndarray:
        return draw.normal(0.0, 0.5, shape).astype(np.float32)

    out = {
        "bert.embeddings.word_embeddings.weight": matrix(len(WORDS), WIDTH),
        "bert.embeddings.position_embeddings.weight": matrix(PLACES, WIDTH),
        "bert.embeddings.token_type_embeddings.weight": matrix(2, WIDTH),
        "bert.pooler.dense.weight": matrix(WIDTH, WIDTH),
        "bert.pooler.dense.bias": matrix(WIDTH),
        "classifier.weight": matrix(1, WIDTH),
        "classifier.bias": matrix(1),
    }
    norms = ["bert.embeddings.LayerNorm"]
    for k in range(LAYERS):
        prefix = f"bert.encoder.layer.{k}"
        norms += [f"{prefix}.attention.output.LayerNorm", f"{prefix}.output.LayerNorm"]
        shapes = {
            "attention.self.query": (WIDTH, WIDTH),
            "attention.self.key": (WIDTH, WIDTH),
            "attention.self.value": (WIDTH, WIDTH),
            "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (INNER, WIDTH),
            "output.dense": (WIDTH, INNER),
        }
        for name, shape in shapes.items():
            out[f"{prefix}.{name}.weight"] = matrix(*shape)
            out[f"{prefix}.{name}.bias"] = matrix(shape[0])
    for name in norms:
        out[f"{name}.weight"] = np.ones(WIDTH, dtype=np.float32)
        out[f"{name}.bias"] = matrix(WIDTH)
    return out


def tokenizer() -> bytes:
    special = [{"id": k, "content": WORDS[k], "single_word": False, "lstrip": False, "rstrip": False} for k in range(4)]
    return json.dumps(
        {
            "version": "1.0",
            "added_tokens": [{**token, "normalized": False, "special": True} for token in special],
            "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "lowercase": True},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
            "model": {
                "type": "WordPiece",
                "unk_token": "[UNK]",
                "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": {word: k for k, word in enumerate(WORDS)},
            },
        }
    ).encode()


def texts(count: int, seed: int = 7) -> list[str]:
    draw = np.random.default_rng(seed)
    return [" ".join(draw.choice(WORDS[4:], int(draw.integers(1, 20)))) for _ in range(count)]


def start(folder: Path) -> Path:
    """Write an untrained network of two layers with the tokenizer, in the layout of transformers, and return its folder."""
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    config = transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, max_position_embeddings=200
    )
    torch.manual_seed(0)
    transformers.BertModel(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes(tokenizer())
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **named}))
    return folder
