"""Tables of the quality report as HTML: text escaped, figures set right.

Lives here: rows in, markup out. Must not live here: which tables a report has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, int | float):
        return f'<td class="n">{value:,}</td>' if isinstance(value, int) else f'<td class="n">{value:.4g}</td>'
    return f"<td>{escape('' if value is None else str(value))}</td>"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return an HTML table; text is escaped, figures are set right."""
    cells = "".join(f"<tr>{''.join(_cell(v) for v in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{''.join(f'<th>{escape(h)}</th>' for h in head)}</tr></thead><tbody>{cells}</tbody></table>"


def dict_table(rows: Sequence[Mapping[str, Any]], empty: str) -> str:
    """Return a table of rows that share their keys, which are its head; the words `empty` where there are none."""
    return table(list(rows[0]), [list(row.values()) for row in rows]) if rows else f"<p>{escape(empty)}</p>"
