"""The catalogue of records: one database row for each conversation of each published package, in the database of releases.

Lives here: loading a package's rows in bulk, dropping those of packages that are gone, finding rows. Must not live here: what a row holds
(`records.released`), the database and its schema (`catalogue`). Rows are read from the package itself, whose hashes they are checked
against, so they can be made again at any time: loading twice changes nothing. Archived packages keep their rows, since they keep their
conversations; a package that was replaced, or removed from storage, loses them.
"""

import io
from typing import Any, cast

import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from empathy_assets.adapters.catalogue import RELEASES, Catalogue
from empathy_assets.adapters.releases import find_package, published, published_manifest
from empathy_assets.adapters.storage import fetched
from empathy_assets.engines.packaging.released import READ, released_records
from empathy_assets.records.arrow import polars_schema
from empathy_assets.records.released import ReleasedRecord

FILTERS = ("release", "stage", "split", "source", "licence")
"""Columns that `find` can be narrowed by."""

_COLUMNS = tuple(ReleasedRecord.model_fields)
_TYPES = {pl.Int64: sa.Integer(), pl.Float64: sa.Double()}
_RECORDS = sa.table(
    "empathy_records",
    sa.column("publication", sa.Integer()),
    *(sa.column(name, _TYPES.get(kind.base_type(), sa.Text())) for name, kind in polars_schema(ReleasedRecord).items()),
)
_SPLIT_ORDER = sa.case({"train": 0, "val": 1, "test": 2}, value=_RECORDS.c.split, else_=3)


def load_records(catalogue: Catalogue, release: str) -> int:
    """Bring the rows of a published release in line with its package and return how many there are; 0 where none is published.

    Raises:
        UnreadablePackageError: The package does not hold what its manifest says.
        CatalogueError: The database cannot be used.
    """
    manifest = published_manifest(catalogue.root, release)
    if manifest is None:
        return 0
    catalogue.record(release)
    ours = (RELEASES.c.storage == str(catalogue.root)) & (RELEASES.c.release == release)
    with catalogue.transaction() as connection:
        number = connection.execute(sa.select(RELEASES.c.number).where(ours, RELEASES.c.merkle_root == manifest.merkle_root)).scalar_one()
        held = connection.execute(sa.select(sa.func.count()).where(_RECORDS.c.publication == number)).scalar_one()
    if held == manifest.rows:
        return held
    with fetched(find_package(catalogue.root, release), READ) as folder:
        rows = released_records(folder, manifest)
    with catalogue.transaction() as connection:
        every = connection.execute(sa.select(RELEASES.c.number, RELEASES.c.replaced_at).where(ours)).all()
        current = (number, None) in [tuple(row) for row in every]
        if current:
            connection.execute(sa.delete(_RECORDS).where(_RECORDS.c.publication.in_([row.number for row in every])))
            _insert(connection, rows.select(pl.lit(number, pl.Int64).alias("publication"), *_COLUMNS))
    return rows.height if current else load_records(catalogue, release)  # it was published anew while it was read


def load_all(catalogue: Catalogue) -> None:
    """Bring the rows of the whole storage root in line with its packages: what is missing is loaded, what is gone is dropped.

    Raises:
        UnreadablePackageError: A package does not hold what its manifest says.
        CatalogueError: The database cannot be used.
    """
    for release in published(catalogue.root):
        load_records(catalogue, release)
    drop_gone(catalogue)


def drop_gone(catalogue: Catalogue) -> None:
    """Drop the rows of packages that are no longer on the storage root.

    Raises:
        CatalogueError: The database cannot be used.
    """
    there = published(catalogue.root)
    gone = sa.select(RELEASES.c.number).where(RELEASES.c.storage == str(catalogue.root), RELEASES.c.release.not_in(there))
    with catalogue.transaction() as connection:
        connection.execute(sa.delete(_RECORDS).where(_RECORDS.c.publication.in_(gone)))


def find(catalogue: Catalogue, what: str = "", **filters: str) -> pl.DataFrame:
    """Return released records (`release` and the ReleasedRecord schema), by release, split and line.

    Args:
        catalogue: Releases of the storage root.
        what: Beginning of a record's id, the source's own id, a passage's id, the name of a landed file with or without its folders, or
            the beginning of its SHA-256; empty: every record.
        filters: Value per column of `FILTERS`.

    Raises:
        CatalogueError: The database cannot be used.
    """
    row = _RECORDS.c
    chosen = (
        sa.select(RELEASES.c.release, *(row[name] for name in _COLUMNS))
        .join_from(_RECORDS, RELEASES, row.publication == RELEASES.c.number)
        .where(RELEASES.c.storage == str(catalogue.root), RELEASES.c.replaced_at.is_(None))
    )
    if what:
        chosen = chosen.where(_begins(row.id, what) | (row.record_id == what) | (row.passage_id == what) | _named(what))
    for name, value in filters.items():
        chosen = chosen.where((RELEASES.c.release if name == "release" else row[name]) == value)
    with catalogue.transaction() as connection:
        found = connection.execute(chosen.order_by(RELEASES.c.release, _SPLIT_ORDER, row.line)).all()
    return pl.DataFrame(found, schema={"release": pl.String, **polars_schema(ReleasedRecord)}, orient="row")


def _begins(column: sa.ColumnClause[Any], what: str) -> sa.ColumnElement[bool]:
    """Return whether a text begins with `what`; in SQLite `LIKE` would not heed upper and lower case."""
    return sa.func.substr(column, 1, len(what)) == what


def _named(what: str) -> sa.ColumnElement[bool]:
    """Return whether a landed file is called `what`, with or without its folders, or has a SHA-256 that begins so."""
    file, ending = _RECORDS.c.file, f"/{what}"
    below = (sa.func.length(file) >= len(ending)) & (sa.func.substr(file, sa.func.length(file) - len(ending) + 1, len(ending)) == ending)
    return (file == what) | below | _begins(_RECORDS.c.file_sha256, what)


def _insert(connection: sa.Connection, rows: pl.DataFrame) -> None:
    """Insert rows in bulk: `COPY` where the driver has it, else one statement over all of them."""
    clean = rows.with_columns(pl.col(pl.String).str.replace_all("\0", "\N{REPLACEMENT CHARACTER}", literal=True))  # PostgreSQL has no NUL
    if connection.dialect.driver == "psycopg2":
        text = io.BytesIO()
        clean.write_csv(text, include_header=False, quote_style="non_numeric", null_value="")
        text.seek(0)
        try:
            with cast(Any, connection.connection.cursor()) as cursor:
                cursor.copy_expert(f"COPY empathy_records ({', '.join(clean.columns)}) FROM STDIN WITH (FORMAT csv)", text)
        except connection.dialect.loaded_dbapi.Error as error:
            raise SQLAlchemyError(str(error)) from error  # as for every other statement
    else:
        statement = sa.insert(_RECORDS).compile(dialect=connection.dialect)  # values as the driver takes them: a third of the time
        connection.exec_driver_sql(str(statement), clean.rows() if statement.positional else clean.to_dicts())
