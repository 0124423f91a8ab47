"""Tests of declarations: the nearest one wins, a broken one stops its own folder only."""

import pytest

from empathy_assets.adapters.declarations import Declarations
from empathy_assets.engines.reading.rights import RightsError

_TABLE = '["{0}"]\nlicence = "{1}"\norigin = "made up"\n'


@pytest.fixture
def root(tmp_path):
    (tmp_path / "books/near").mkdir(parents=True)
    (tmp_path / "rights.toml").write_text(_TABLE.format("books/*", "MIT") + _TABLE.format("books/near/*", "MIT"))
    (tmp_path / "books/near/rights.toml").write_text(_TABLE.format("a.txt", "CC0-1.0"))
    return tmp_path


def licence(declarations, path):
    found = declarations.of(path)
    return found.licence if found else None


def test_the_nearest_declaration_that_names_the_file_holds(root):
    declarations = Declarations(root)
    assert licence(declarations, root / "books/near/a.txt") == "CC0-1.0"
    assert licence(declarations, root / "books/near/b.txt") == "MIT"
    assert licence(declarations, root / "talks/c.vtt") is None


def test_a_declaration_above_the_root_does_not_count(root):
    assert licence(Declarations(root / "books"), root / "books/d.txt") is None


def test_a_given_file_holds_for_path_and_name(root):
    fixed = root / "mine.toml"
    fixed.write_text(_TABLE.format("d.txt", "CC-BY-4.0"))
    assert licence(Declarations(root, fixed), root / "books/d.txt") == "CC-BY-4.0"
    assert licence(Declarations(root, fixed), root / "books/e.txt") is None


@pytest.mark.parametrize("data", [b"broken [", b"\xff\xfe\x00"])
def test_an_unusable_declaration_is_an_error_not_a_permission(root, data):
    (root / "books/near/rights.toml").write_bytes(data)
    declarations = Declarations(root)
    for _ in range(2):
        with pytest.raises(RightsError):
            declarations.of(root / "books/near/a.txt")
    assert licence(declarations, root / "books/d.txt") == "MIT"
