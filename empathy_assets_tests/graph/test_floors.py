"""The floors of the house: imports only go down, and never sideways between the groups of `defs/`."""

import ast
from pathlib import Path

import pytest

import empathy_assets

ROOT = Path(empathy_assets.__file__).parent
FLOORS = {"records": 0, "policy": 1, "engines": 2, "adapters": 3, "defs": 4}
TOP = 5
HEAVY = {"ray", "torch", "transformers", "boto3", "pandas", "data_designer", "matplotlib", "onnxruntime", "lingua"}
DAGSTER_BELOW = {"adapters/io_manager.py"}
MODULES = sorted(ROOT.rglob("*.py"))


def _imports(tree: ast.AST) -> list[str]:
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
    return found


def _floor(dotted: str) -> int:
    parts = dotted.split(".")
    return FLOORS.get(parts[1], TOP) if len(parts) > 1 else 0


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_states_its_contract_and_imports_only_downwards(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{name} has no contract docstring"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, f"{name} is over 400 lines"
    here = FLOORS.get(path.relative_to(ROOT).parts[0], TOP)
    imports = _imports(tree)
    upward = [i for i in imports if i.startswith("empathy_assets.") and _floor(i) > here]
    assert not upward, f"{name} imports from a higher floor: {upward}"
    if here == FLOORS["defs"]:
        group = path.relative_to(ROOT / "defs").parts[0]
        others = [
            i
            for i in imports
            if i.startswith("empathy_assets.defs.") and (ROOT / "defs" / i.split(".")[2]).is_dir() and i.split(".")[2] != group
        ]
        assert not others, f"{name} imports from another group: {others}"
    if here < FLOORS["defs"] and name not in DAGSTER_BELOW:
        assert "dagster" not in {i.split(".")[0] for i in imports}, f"{name} imports dagster"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_heavy_libraries_are_never_imported_at_module_level(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    found = {name.split(".")[0] for node in top for name in _imports(node)} & HEAVY
    assert not found, f"{path.relative_to(ROOT)} imports {found} at module level"
