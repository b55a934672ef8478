"""What became of a file, or would, in lines for a person."""

from __future__ import annotations

from adplanning.imports.importing import ImportSummary


def summary_lines(summary: ImportSummary) -> list[str]:
    """What the file held, how its rows were taken, what they add up to, and what one should know.

    >>> counts = {"received": 3, "stored": 1, "duplicates": 1, "rejected": 1, "already_imported": False}
    >>> summary = ImportSummary("import_1", "orders", "a.csv", **counts, totals={"orders": 1.0}, ignored_columns=())
    >>> summary_lines(summary)
    ['received 3 = stored 1 + duplicates 1 + rejected 1', '  orders: 1']
    """
    before = [f"{summary.file_name} was imported before; nothing has changed"] if summary.already_imported else []
    counts = (
        f"received {summary.received:,} = stored {summary.stored:,} + duplicates {summary.duplicates:,} "
        f"+ rejected {summary.rejected:,}"
    )
    return [
        *before,
        *([summary.in_words] if summary.in_words else []),
        counts,
        *(f"  {name}: {total:,.2f}".removesuffix(".00") for name, total in summary.totals.items()),
        *(f"warning: {warning}" for warning in summary.warnings),
        *([f"columns not read: {', '.join(summary.ignored_columns)}"] if summary.ignored_columns else []),
    ]
