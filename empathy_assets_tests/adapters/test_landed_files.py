"""Tests of landed files on their way: which are found, what is refused, what is kept and for how long."""

from pathlib import Path

from upath import UPath

from empathy_assets.adapters.declarations import Declarations
from empathy_assets.adapters.landed_files import LandedFile, opened, walk

_RIGHTS = '[default]\nlicence = "CC0-1.0"\norigin = "made up"\n'
_LINE = '{"messages": [{"role": "user", "content": "I could not sleep."}, {"role": "assistant", "content": "What kept you awake?"}]}\n'


def landed(root: Path) -> list[LandedFile]:
    return [LandedFile(path, path.relative_to(root).as_posix(), "conversation_corpora") for path in walk(root)]


def made(root: Path) -> Path:
    (root / "sub").mkdir(parents=True)
    (root / "rights.toml").write_text(_RIGHTS)
    (root / "sub/a.jsonl").write_text(_LINE)
    for name in ("README.md", ".hidden"):
        (root / name).write_text("not landed")
    (root / "link.jsonl").symlink_to(root / "sub/a.jsonl")
    return root


def test_files_and_links_are_found_by_name_declarations_and_notes_are_not(tmp_path: Path) -> None:
    root = made(tmp_path / "landing")
    assert [path.relative_to(root).as_posix() for path in walk(root)] == ["link.jsonl", "sub/a.jsonl"]


def test_parts_without_a_cache_last_as_long_as_the_block_and_a_link_is_refused(tmp_path: Path) -> None:
    root = made(tmp_path / "landing")
    files = landed(root)
    with opened(files, Declarations(root), None, None) as counts:
        assert counts == (1, 0)
        assert files[0].reject is not None
        assert files[0].reject["reason"] == "symlink"
        (table, read), *_ = files[1].parts
        assert (table, read().height) == ("conversations", 1)


def test_a_damaged_entry_of_the_cache_is_read_anew(tmp_path: Path) -> None:
    root, cache = made(tmp_path / "landing"), UPath(tmp_path / "cache")
    counts: list[tuple[int, int]] = []
    for damage in (False, False, True):
        if damage:
            next(Path(cache).glob("*/*.parquet")).write_bytes(b"torn")
        with opened(landed(root), Declarations(root), cache, None) as found:
            counts.append(found)
    assert counts == [(1, 0), (0, 1), (1, 0)]
