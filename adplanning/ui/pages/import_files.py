"""Files: what one holds, taking it in, and those that were taken in before."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from adplanning.core import formats
from adplanning.imports import history
from adplanning.imports.catalogue import IMPORTS
from adplanning.imports.guessing import guess_kind
from adplanning.imports.importing import ImportSummary, import_file
from adplanning.imports.preview import Preview, preview_file
from adplanning.store.tables.operations import Import, RejectedRow
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.form import Field, Form
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.upload import Upload
from adplanning.ui.visit import Progress, Visit

SLUG = "ad-planning/import"
KINDS = {kind: kind.replace("-", " ").capitalize() for kind in IMPORTS}
SHOWN = 8


def import_files_page(visit: Visit) -> Sequence[Component]:
    """A place for a file with the list of earlier ones, or one of these."""
    return _one(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    earlier = _earlier(visit)
    return [*_Chosen(visit, earlier).widgets, earlier] if visit.may_write else [earlier]


class _Chosen:
    """The file that was chosen, as what it is taken, and what would become of it."""

    def __init__(self, visit: Visit, earlier: Table) -> None:
        self._visit, self._earlier = visit, earlier
        self._file = Path()
        self._kind = next(iter(IMPORTS))
        self._notices = Notices()
        self._details = Details(visit, {})
        self._form = Form(
            visit,
            title="What is in the file?",
            button="Look at it so",
            fields=[Field("kind", "Kind", "choice", required=True, options=KINDS, help="What each row of it is.")],
            check=lambda _: None,
            submit=lambda values: self._look(str(values.get("kind", ""))),
        )
        upload = Upload(
            visit,
            title="Drop a file here",
            help="First you see what would happen, then it is stored. CSV, CSV.GZ, Parquet or Excel, up to 200 MB.",
            accepts=".csv,.tsv,.txt,.gz,.parquet,.xlsx",
            then=self._take,
        )
        self.widgets = [upload, self._notices, self._details, self._form]

    def _take(self, file: Path) -> None:
        self._file = file
        kind = guess_kind(file)
        if kind is None:
            self._details.show({})
            self._form.ask(title=f"What is in {file.name}?")
        else:
            self._look(kind)

    def _look(self, kind: str) -> None:
        visit = self._visit

        def look(tell: Progress) -> str:
            tell("Nothing is stored yet", 0.3)
            self._kind = kind
            self._show(preview_file(visit.engine, kind, self._file, settings=visit.settings, now=visit.now()))
            return f"{self._file.name}: see below what will happen."

        self._details.show({}, self._other_kind())
        visit.frame.work(f"Reading {self._file.name}", look, lambda: None)

    def _show(self, preview: Preview) -> None:
        summary = preview.summary
        self._notices.show([Notice(words) for words in summary.warnings])
        if summary.already_imported:
            self._notices.show([Notice("This file was taken in before; nothing would change.", "info")])
        take = Action("take", "Take it in", "mdi-check", lambda _: self._store())
        can_change = summary.stored > 0 and not summary.already_imported
        self._details.show(
            {
                summary.file_name: {"Kind": text(KINDS[summary.kind]), "Holds": text(summary.in_words or None)}
                | _counts(summary)
                | _sums(summary),
                "First rows": {
                    f"Line {row['line']}": text(_in_words(row))
                    for row in preview.rows.filter(pl.col("refused").is_null()).head(SHOWN).to_dicts()
                },
                "Will be refused": {f"Line {one.line}": text(one.reason) for one in preview.refusals[:SHOWN]}
                or {"Rows": text("none")},
            },
            [*([take] if can_change else []), *self._other_kind()],
        )

    def _other_kind(self) -> list[Action]:
        ask = Action(
            "kind", "It is something else", "mdi-shape-outline", lambda _: self._form.ask({"kind": self._kind})
        )
        return [ask]

    def _store(self) -> None:
        visit = self._visit
        visit.require_writer()

        def store(tell: Progress) -> str:
            summary = import_file(
                visit.engine, self._kind, self._file, settings=visit.settings, now=visit.now(), progress=tell
            )
            self._details.show({})
            self._notices.show([Notice(words) for words in summary.warnings])
            return (
                f"{summary.file_name}: {summary.stored:,} rows stored, {summary.duplicates:,} known already, "
                f"{summary.rejected:,} refused."
            )

        visit.frame.work(f"Taking in {self._file.name}", store, self._earlier.refresh)


def _counts(summary: ImportSummary) -> dict[str, Cell]:
    return {
        "Rows": text(f"{summary.received:,}"),
        "Would be stored": text(f"{summary.stored:,}"),
        "Known already": text(f"{summary.duplicates:,}"),
        "Would be refused": text(f"{summary.rejected:,}"),
        "Columns not read": text(", ".join(summary.ignored_columns) or None),
    }


def _sums(summary: ImportSummary) -> dict[str, Cell]:
    return {
        name[0].upper() + name[1:]: text(f"{total:,.2f}".removesuffix(".00")) for name, total in summary.totals.items()
    }


def _in_words(row: Mapping[str, object]) -> str:
    told = [f"{name.replace('_', ' ')} {value}" for name, value in row.items() if name not in ("line", "refused")]
    return " · ".join(said for said in told if not said.endswith(" None"))


def _earlier(visit: Visit) -> Table:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = history.list_imports(
                session,
                kind=query.filters.get("kind"),
                limit=query.limit,
                offset=query.offset,
                sort=query.sort or "imported_at",
                descending=query.descending,
            )
            return [_row(visit, one) for one in found], total

    return Table(
        visit,
        label="Files taken in",
        title="Files taken in",
        columns=[
            Column("file_name", "File", sortable=True, on_phone=True),
            Column("kind", "Kind", sortable=True),
            Column("n_received", "Rows", numeric=True, sortable=True),
            Column("n_stored", "Stored", numeric=True, on_phone=True),
            Column("n_duplicates", "Known already", numeric=True),
            Column("n_rejected", "Refused", numeric=True, sortable=True),
            Column("imported_at", "When", sortable=True),
        ],
        filters=[Filter("kind", "Kind", KINDS)],
        sort="imported_at",
        fetch=fetch,
        export_name="imports",
        empty="No file was taken in yet.",
    )


def _row(visit: Visit, one: Import) -> Row:
    counts = {name: getattr(one, name) for name in ("n_received", "n_stored", "n_duplicates", "n_rejected")}
    return Row(
        one.id,
        one.file_name,
        address_of(SLUG, one.id),
        {
            "file_name": text(one.file_name, hint=one.file_name),
            "kind": text(KINDS.get(one.kind, one.kind)),
            "imported_at": text(formats.moment(one.imported_at, visit.settings.zone)),
            **{name: text(f"{n:,}") for name, n in counts.items()},
        },
        {"file": one.file_name, "kind": one.kind, **counts, "imported_at": one.imported_at.isoformat()},
    )


def _one(visit: Visit, import_id: str) -> Sequence[Component]:
    with visit.reading() as session:
        found = history.find_import(session, import_id)
    visit.frame.title(found.file_name)
    details = Details(
        visit,
        {
            "File": {
                "Kind": text(KINDS.get(found.kind, found.kind)),
                "Taken in": text(formats.moment(found.imported_at, visit.settings.zone)),
                "Rows": text(f"{found.n_received:,}"),
                "Stored": text(f"{found.n_stored:,}"),
                "Known already": text(f"{found.n_duplicates:,}"),
                "Refused": text(f"{found.n_rejected:,}"),
                "SHA-256": text(found.file_sha256),
            }
        },
    )
    return [details, _refused(visit, import_id)] if found.n_rejected else [details]


def _refused(visit: Visit, import_id: str) -> Table:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = history.list_rejected(
                session, import_id, limit=query.limit, offset=query.offset, search=query.search
            )
            return [row(one) for one in found], total

    def row(one: RejectedRow) -> Row:
        line = io.StringIO()
        csv.writer(line).writerow(one.row.values())
        cells = line.getvalue().strip()
        return Row(
            str(one.id),
            f"line {one.line}",
            "",
            {
                "line": text(one.line),
                "reason": text(one.reason, hint=one.reason),
                "row": text(cells, hint=cells),
            },
            {"line": one.line, "reason": one.reason, **one.row},
        )

    return Table(
        visit,
        label="Refused rows",
        title="Refused rows",
        columns=[
            Column("line", "Line", numeric=True, on_phone=True),
            Column("reason", "Why", on_phone=True),
            Column("row", "As it stood in the file"),
        ],
        searchable="Search reasons",
        sort="line",
        fetch=fetch,
        export_name="refused-rows",
        empty="No row was refused.",
    )
