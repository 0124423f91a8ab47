"""MathML on one line of plain text.

Lives here: formulas inside titles and abstracts. Must not live here: formulas as pictures or LaTeX.
"""

from typing import Any

SUPER = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
SUB = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_UNSHOWN = ("annotation", "annotation-xml", "none", "mphantom", "")


def raised(text: str, table: dict[int, int]) -> str:
    """Return `text` in the super- or subscript characters of `table`, unchanged if one of its characters has none."""
    return text.translate(table) if text.strip() and all(ord(c) in table or c.isspace() for c in text) else text


def formula(node: Any) -> str:
    """Return MathML on one line: powers as `^`, indices as `_`, fractions as `/`, fences and prescripts where they stand."""
    name = _local(node)
    if not any(_local(child) for child in node):
        text = " ".join("".join(node.itertext()).split())
        return text or (" " if name in ("mtext", "mspace") else "")
    parts = [formula(child) for child in node if _local(child) not in _UNSHOWN]
    if name in _SHAPES and len(parts) == _SHAPES[name].count("{"):
        return _SHAPES[name].format(*map(_grouped, parts))
    if name == "mmultiscripts":
        return _prescripted(node)
    if name == "msqrt":
        return f"√({''.join(parts)})"
    if name == "mfenced":
        return node.get("open", "(") + node.get("separators", ",")[:1].join(parts) + node.get("close", ")")
    return (" " if name in ("mtr", "mtable", "matrix", "matrixrow") else "").join(parts)


_SHAPES = {
    "msup": "{}^{}",
    "msub": "{}_{}",
    "msubsup": "{}_{}^{}",
    "mfrac": "{}/{}",
    "mroot": "√({}; {})",
    "munderover": "{}_{}^{}",
    "munder": "{}_{}",
    "mover": "{}^{}",
}


def _grouped(part: str) -> str:
    return part if len(part) < 2 or part.isalnum() else f"({part})"


def _prescripted(node: Any) -> str:
    """Return a base with its prescripts before it, e.g. an isotope's mass number."""
    parts = [child for child in node if _local(child)]
    marks = [index for index, part in enumerate(parts) if _local(part) == "mprescripts"]
    split = marks[0] if marks else len(parts)
    before = "".join(_scripts(parts[split + 1 :]))
    return before + formula(parts[0]) + "".join(_scripts(parts[1:split]))


def _scripts(parts: list[Any]) -> list[str]:
    """Return the (lower, upper) pairs of `mmultiscripts` as index characters where there are such."""
    texts = ["" if _local(part) == "none" else formula(part) for part in parts]
    return [raised(text, SUPER if index % 2 else SUB) for index, text in enumerate(texts)]


def _local(node: Any) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
