"""What lasts is out of the collector's sight, and the collector is as it was."""

import gc

import pytest

from empathy_assets.engines.lasting import lasting


def test_what_was_made_meanwhile_is_not_searched() -> None:
    with lasting():
        made = [["a"]]
        assert not gc.isenabled()
    later = [["b"]]
    assert gc.isenabled()
    seen = [id(found) for found in gc.get_objects()]
    assert id(made) not in seen
    assert id(later) in seen


def test_the_collector_stays_as_it_was_also_where_the_block_fails() -> None:
    with pytest.raises(ValueError, match="wrong"), lasting():
        raise ValueError("wrong")
    assert gc.isenabled()
    gc.disable()
    try:
        with lasting(), lasting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
