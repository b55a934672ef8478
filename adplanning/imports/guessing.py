"""Which kind of file one is, by its header alone."""

from __future__ import annotations

import zlib
from pathlib import Path

from adplanning.core.errors import AdplanningError
from adplanning.imports.catalogue import IMPORTS
from adplanning.imports.files import read_header
from adplanning.imports.headers import header_key, match_headers
from adplanning.imports.lines import BESIDE

# Kinds that read nearly any table, each with columns one of which tells it.
_SIGNS = {
    "google-export": ("Impr.", "Currency code", "Conv. value", "Campaign status", "Campaign state"),
    "leads": ("form_id", "form_name", "lead_id", "email", "phone", "phone_number", "full_name"),
}


def guess_kind(path: Path | str) -> str | None:
    """The kind of import that reads most columns of a file and misses none that it needs; none where two are as good.

    Of two that read as many columns, it is the one that needs more of them. Columns that any file could have, as the
    questions of a form, do not count.
    """
    found = {kind: measure for kind in IMPORTS if (measure := _fit(kind, Path(path))) is not None}
    best = max(found.values(), default=None)
    fitting = [kind for kind, measure in found.items() if measure == best]
    return fitting[0] if len(fitting) == 1 else None


def _fit(name: str, path: Path) -> tuple[int, int] | None:
    """How many columns a kind reads, and how many it needs; none where it cannot read the file."""
    kind = IMPORTS[name]
    try:
        file = read_header(path, header_words=kind.header_words)
        if not file.header:
            return None
        rows, arranged = kind.arrange(file) if kind.arrange else (file.rows, {})
        columns = match_headers(rows.drop(BESIDE, strict=False).columns, kind.fields, arranged)
    except (AdplanningError, OSError, UnicodeError, zlib.error):
        return None
    signs = set(map(header_key, _SIGNS.get(name, file.header)))
    if not file.titles and signs.isdisjoint(map(header_key, file.header)):
        return None
    return len(set(columns.values())), sum(field.required for field in kind.fields)
