"""Tests of an entry of the audit trail."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from empathy_assets.records.mutation import Mutation

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_entry_printed_as_json_is_read_back_as_it_was() -> None:
    entry = Mutation(at=AT, who="me@here", what="written", subject="books", rows=0, sha256="ab")
    assert Mutation.model_validate_json(entry.model_dump_json()) == entry
    assert entry.model_copy(update={"rows": None}) != entry, "a table of no rows and a table nobody counted are two things"


def test_the_clock_of_another_zone_is_the_same_moment() -> None:
    there = Mutation.model_validate({"at": "2026-03-01T14:00:00+02:00", "who": "", "what": "archived", "subject": "release"})
    assert there.at - AT == timedelta(0)


@pytest.mark.parametrize("wrong", [{"what": "deleted"}, {"at": "yesterday"}, {"rows": "many"}, {"reason": "because"}])
def test_what_is_no_mutation_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Mutation.model_validate({"at": AT, "who": "", "what": "published", "subject": "release"} | wrong)
