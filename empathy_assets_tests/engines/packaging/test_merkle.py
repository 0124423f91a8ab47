"""The hash tree."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.packaging.merkle import merkle_root
from empathy_assets.records.ids import file_sha256

_SHA = st.binary(min_size=32, max_size=32).map(bytes.hex)
_FILES = st.dictionaries(st.text(min_size=1, max_size=8), _SHA, min_size=1, max_size=9)


@given(_FILES, _SHA)
def test_order_does_not_matter_and_every_file_does(files, other):
    root = merkle_root(files.items())
    assert root == merkle_root(reversed(list(files.items())))
    for name, sha in files.items():
        if sha != other:
            assert merkle_root((files | {name: other}).items()) != root
        assert merkle_root({("x" + k if k == name else k): v for k, v in files.items()}.items()) != root or "x" + name in files


def test_a_file_is_hashed_whole(tmp_path):
    data = b"ab" * (1 << 20)
    (tmp_path / "f").write_bytes(data)
    assert file_sha256(tmp_path / "f") == hashlib.sha256(data).hexdigest()
    assert merkle_root([]) == hashlib.sha256().hexdigest()
