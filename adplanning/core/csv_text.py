"""Rows as CSV, the same wherever they leave the product."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence


def csv_text(rows: Sequence[Mapping[str, object]], *, with_headings: bool = True) -> str:
    r"""Rows as CSV that no spreadsheet takes for formulas: a text that would begin one gets an apostrophe before it.

    Source: OWASP, CSV Injection.

    >>> csv_text([{"name": "=1+1", "value": -3.5}])
    "name,value\r\n'=1+1,-3.5\r\n"
    """
    out = io.StringIO()
    writer = csv.writer(out)
    if with_headings and rows:
        writer.writerow([_harmless(heading) for heading in rows[0]])
    writer.writerows([[_harmless(value) for value in row.values()] for row in rows])
    return out.getvalue()


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.lstrip(" \u3000")[:1] in _BEGINS_A_FORMULA:
        return f"'{value}"
    return value


_BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
