"""How a file is taken in: read, checked, and stored in one transaction, every row of it accounted for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, Engine, select

from adplanning.core.errors import InvalidData
from adplanning.core.ids import new_id
from adplanning.core.settings import Settings
from adplanning.imports.catalogue import IMPORTS
from adplanning.imports.checks import Checked, check
from adplanning.imports.files import SourceFile, read_file
from adplanning.imports.headers import match_headers, refuse_contradictions
from adplanning.imports.lines import BESIDE, LINE
from adplanning.imports.lookups import insert
from adplanning.imports.persons import hide_erased
from adplanning.imports.readers import Context
from adplanning.store.engine import is_sqlite
from adplanning.store.session import write_transaction
from adplanning.store.tables.catalogue import TABLES

MAX_KEPT_CELL = 2000
# SQLite's own 2 MB would write and read each page of the indexes many times over within one transaction.
CACHE_KIB = 262_144
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class ImportSummary:
    """What became of a file: received = stored + duplicates + rejected.

    `totals` names sums over the stored rows; `ignored_columns` are the file's columns that were not read; `in_words`
    says what the rows are, `warnings` what a person should know before they rely on them.
    """

    import_id: str
    kind: str
    file_name: str
    received: int
    stored: int
    duplicates: int
    rejected: int
    already_imported: bool
    totals: Mapping[str, float]
    ignored_columns: tuple[str, ...]
    in_words: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckedFile:
    """A file whose rows are read and checked, before anything of it is stored."""

    kind: str
    file: SourceFile
    checked: Checked
    context: Context
    fingerprint: str
    ignored_columns: tuple[str, ...]


def import_file(
    engine: Engine,
    kind: str,
    path: Path | str,
    *,
    mapping: Mapping[str, str] | None = None,
    settings: Settings,
    now: datetime,
    progress: Progress | None = None,
) -> ImportSummary:
    """Take a file in, all of it or, at a fault, nothing.

    Parameters
    ----------
    engine : the store.
    kind : a name in `IMPORTS`.
    path : the file; see `files.read_file`.
    mapping : our column → the file's, where its names say it differently.
    settings : the environment's currency stands in for a missing one, its zone for a missing offset.
    now : the time of the import.
    progress : is told each stage and the share done.

    Raises
    ------
    InvalidData : an unknown kind; not a table; a required column is missing; nothing was stored.
    StoreUnavailable : the database cannot be written now; nothing was stored.
    """
    tell = progress or _silent
    given = checked_file(kind, Path(path), mapping=mapping or {}, settings=settings, now=now, tell=tell)
    tell("storing", 0.4)
    with write_transaction(engine) as connection:
        summary, _ = take_in(connection, given)
    tell("done", 1.0)
    return summary


def checked_file(
    kind: str,
    path: Path,
    *,
    mapping: Mapping[str, str],
    settings: Settings,
    now: datetime,
    tell: Progress,
) -> CheckedFile:
    """Read a file and check its rows; see `import_file`."""
    if kind not in IMPORTS:
        raise InvalidData.unknown_choice("kind", kind, IMPORTS)
    chosen = IMPORTS[kind]
    tell("reading", 0.0)
    file = read_file(path, header_words=chosen.header_words)
    rows, arranged = chosen.arrange(file) if chosen.arrange else (file.rows, {})
    fields = chosen.fields + (chosen.open_fields((*file.header, *mapping)) if chosen.open_fields else ())
    columns = match_headers(rows.drop(BESIDE, strict=False).columns, fields, {**arranged, **mapping})
    refuse_contradictions(rows, columns.values())
    context = Context(new_id("import"), settings, now)
    tell("checking", 0.2)
    return CheckedFile(
        kind,
        file,
        check(rows, columns, fields, chosen.rules, context),
        context,
        _fingerprint(file.sha256, mapping),
        tuple(name for name in file.header if name not in columns.values()),
    )


def take_in(connection: Connection, given: CheckedFile) -> tuple[ImportSummary, pl.DataFrame]:
    """Store a checked file inside the caller's transaction; answer what became of it, and `LINE` and reason of each
    whole row that was refused. A file that was taken in before changes nothing.
    """
    if is_sqlite(connection):
        connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIB}")
    before = _imported_before(connection, given)
    if before is not None:
        return before, given.checked.rejected
    stored = IMPORTS[given.kind].store(connection, given.checked.good, given.context)
    rejects = pl.concat([given.checked.rejected, stored.rejected], how="diagonal")
    n_torn = len(given.file.torn)
    summary = ImportSummary(
        import_id=given.context.import_id,
        kind=given.kind,
        file_name=given.file.name,
        received=given.file.rows.height + n_torn,
        stored=stored.n_stored,
        duplicates=stored.n_duplicates,
        rejected=rejects.height + n_torn,
        already_imported=False,
        totals=stored.totals,
        ignored_columns=given.ignored_columns,
        in_words=stored.in_words,
        warnings=stored.warnings,
    )
    assert summary.received == summary.stored + summary.duplicates + summary.rejected, summary
    _record(connection, summary, given)
    kept = hide_erased(connection, _rejected_rows(given.file, rejects, summary.import_id))
    insert(connection, TABLES["rejected_rows"], kept)
    return summary, rejects


def _silent(_stage: str, _share: float) -> None:
    """Tell nobody."""


def _fingerprint(sha256: str, mapping: Mapping[str, str]) -> str:
    """The file's own hash, or with a mapping the hash of both: another reading of a file is another import."""
    if not mapping:
        return sha256
    return hashlib.sha256((sha256 + json.dumps(sorted(mapping.items()))).encode()).hexdigest()


def _imported_before(connection: Connection, given: CheckedFile) -> ImportSummary | None:
    table = TABLES["imports"]
    query = select(table).where(table.c.file_sha256 == given.fingerprint, table.c.kind == given.kind)
    found = connection.execute(query).first()
    if found is None:
        return None
    return ImportSummary(
        import_id=found.id,
        kind=given.kind,
        file_name=given.file.name,
        received=found.n_received,
        stored=0,
        duplicates=found.n_received - found.n_rejected,
        rejected=found.n_rejected,
        already_imported=True,
        totals={},
        ignored_columns=given.ignored_columns,
    )


def _record(connection: Connection, summary: ImportSummary, given: CheckedFile) -> None:
    connection.execute(
        TABLES["imports"].insert(),
        {
            "id": summary.import_id,
            "kind": summary.kind,
            "file_name": summary.file_name,
            "file_sha256": given.fingerprint,
            "n_received": summary.received,
            "n_stored": summary.stored,
            "n_duplicates": summary.duplicates,
            "n_rejected": summary.rejected,
            "imported_at": given.context.now,
        },
    )


def _rejected_rows(file: SourceFile, rejects: pl.DataFrame, import_id: str) -> pl.DataFrame:
    """The refused rows with their cells as they stood in the file, cut at `MAX_KEPT_CELL`; a NUL is kept as ␀."""
    kept = pl.col(file.header).str.slice(0, MAX_KEPT_CELL).str.replace_all("\x00", "␀", literal=True).fill_null("")
    whole = (
        file.rows.join(rejects, on=LINE, how="inner")
        .with_columns(kept)
        .select(LINE, "reason", row=pl.struct(file.header).struct.json_encode())
    )
    torn = pl.DataFrame(
        [(row.line, row.reason, _json(row.cells)) for row in file.torn], schema=whole.schema, orient="row"
    )
    both = pl.concat([whole, torn]).sort(LINE).rename({LINE: "line"})
    return both.with_columns(import_id=pl.lit(import_id))


def _json(cells: Mapping[str, str]) -> str:
    return json.dumps({name: cell[:MAX_KEPT_CELL].replace("\x00", "␀") for name, cell in cells.items()})
