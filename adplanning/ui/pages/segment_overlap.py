"""What a segment shares with another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adplanning.core import formats
from adplanning.core.ratios import ratio
from adplanning.segments import service
from adplanning.ui.cells import text
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

MAX_CHOICES = 200


def overlap_table(visit: Visit, segment_id: str, name: str, beside: Callable[[], Mapping[str, str]]) -> Table | None:
    """Who is in both, only here and only there, once another segment is chosen; None while there is no other."""
    with visit.reading() as session:
        found, _ = service.list_segments(session, {}, limit=MAX_CHOICES, offset=0, sort="name")
        others = {one.id: one.name for one in found if one.id != segment_id}
    if not others:
        return None

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        other_id = query.filters["other"]
        with visit.reading() as session:
            shared = service.overlap(session, segment_id, other_id)
        either = shared.n_first + shared.n_second - shared.n_both
        counted = {
            "In both": shared.n_both,
            f"Only in “{name}”": shared.n_first - shared.n_both,
            f"Only in “{others[other_id]}”": shared.n_second - shared.n_both,
        }
        return [_row(visit, words, n, ratio(n, either)) for words, n in counted.items()], len(counted)

    return Table(
        visit,
        label="Overlap with another segment",
        title="Who is in another one, too?",
        columns=[
            Column("where", "Customers", on_phone=True),
            Column("n", "Number", numeric=True, on_phone=True),
            Column("share", "Of both together", numeric=True),
        ],
        filters=[Filter("other", "Compared with", others, default=next(iter(others)))],
        sort="n",
        fetch=fetch,
        export_name="segment-overlap",
        empty="Nobody is in either.",
        prefix="overlap_",
        beside=beside,
    )


def _row(visit: Visit, words: str, n: int, share: float | None) -> Row:
    return Row(
        words,
        words,
        "",
        {
            "where": text(words),
            "n": text(formats.number(n, currency=visit.settings.currency)),
            "share": text(formats.percent(share)),
        },
        {"customers": words, "number": n, "share_of_both_together": share},
    )
