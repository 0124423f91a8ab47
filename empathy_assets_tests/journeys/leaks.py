"""The search for secrets in everything a build leaves behind: text, tables with their metadata, databases, objects in a bucket."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import sqlalchemy as sa
from upath import UPath


def forms(secret: str) -> tuple[bytes, ...]:
    """Return what a secret looks like as it is, in a URL, in JSON and in a header of basic authentication."""
    plain = secret.encode()
    escaped = secret.encode("unicode_escape").replace(b"/", b"\\/")
    return plain, quote(secret, safe="").encode(), quote(secret).encode(), escaped, base64.b64encode(plain).rstrip(b"=")


def leaks(places: Iterable[tuple[str, bytes]], secrets: Mapping[str, str]) -> list[str]:
    """Return `<secret> in <place>` for every secret that any place shows in any form."""
    looked_for = {name: forms(secret) for name, secret in secrets.items()}
    return [f"{name} in {place}" for place, data in places for name, shown in looked_for.items() if any(form in data for form in shown)]


def files(folder: Path | UPath) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a folder or an `s3://` prefix; of a table what its compressed columns and its footer say."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield str(path), data
            if path.suffix == ".parquet":
                yield f"{path} (columns)", repr(pl.read_parquet(data).to_dicts()).encode()
                yield f"{path} (footer)", repr(pl.read_parquet_metadata(data)).encode()


def rows(url: str) -> Iterator[tuple[str, bytes]]:
    """Yield every table of a database, row by row."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'):  # noqa: S608 - names from the database itself
                yield f"table {name}", b"\n".join(_bytes(value) for value in row)


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
