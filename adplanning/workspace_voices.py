"""What an analyst asks about what customers say: their texts, and how likely they are to recommend the shop."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from adplanning.scores.service import nps_report
from adplanning.store import facts
from adplanning.workspace_store import OpenStore, PeriodLike

_TEXT = ("said_at", "source_type", "source_id", "person_id", "language", "sentiment_label", "sentiment_score")
_LISTS = ("topics", "keywords")
_NPS: dict[str, pl.DataType] = {
    "month": pl.String(),
    "score": pl.Float64(),
    "promoters": pl.Int64(),
    "passives": pl.Int64(),
    "detractors": pl.Int64(),
    "total": pl.Int64(),
}


@dataclass(frozen=True)
class VoiceWorkspace(OpenStore):
    """An open store, asked about what customers say; see `workspace.Workspace`."""

    def texts(self, period: PeriodLike = None) -> pl.DataFrame:
        """What customers wrote in a period and how it sounds, oldest first.

        Parameters
        ----------
        period : when it was said: None for all, a number of days up to now, or (first day, last day).

        Returns
        -------
        One row per analysed text: text_id, said_at, source_type, source_id, person_id, language, sentiment_label,
        sentiment_score (−1 to 1), confidence, text, reason (why it could not be analysed; label and score are null
        then), topics and keywords (lists).

        Raises
        ------
        InvalidData : a date that does not exist.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.texts().group_by("sentiment_label").len().sort("sentiment_label").rows()
        [(None, 1), ('positive', 2), ('very_positive', 1)]
        """
        columns = ["id", *_TEXT, "confidence", "text", "reason", *_LISTS]
        rows = facts.scan(self.engine, "sentiments", columns, self._period(period)).rename({"id": "text_id"})
        lists = (pl.col(name).str.json_decode(pl.List(pl.String)) for name in _LISTS)
        return rows.with_columns(lists).sort("said_at", "text_id").collect()

    def nps(self, period: PeriodLike = None, *, segment_id: str | None = None) -> pl.DataFrame:
        """The net promoter score: how many more would recommend the shop than warn of it, of 100 who were asked.

        Formula: 100 · (promoters − detractors) / total; each person counts once a row, with the latest rating in it.

        Parameters
        ----------
        period : of the ratings.
        segment_id : only members of this segment.

        Returns
        -------
        One row per month with a rating, oldest first, and last the row `all` of the whole period: month, score (null
        when nobody rated), promoters, passives, detractors, total.

        Raises
        ------
        NotFound : there is no such segment.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.nps()
        shape: (2, 6)
        ┌─────────┬───────┬───────────┬──────────┬────────────┬───────┐
        │ month   ┆ score ┆ promoters ┆ passives ┆ detractors ┆ total │
        │ ---     ┆ ---   ┆ ---       ┆ ---      ┆ ---        ┆ ---   │
        │ str     ┆ f64   ┆ i64       ┆ i64      ┆ i64        ┆ i64   │
        ╞═════════╪═══════╪═══════════╪══════════╪════════════╪═══════╡
        │ 2026-10 ┆ 25.0  ┆ 1         ┆ 3        ┆ 0          ┆ 4     │
        │ all     ┆ 25.0  ┆ 1         ┆ 3        ┆ 0          ┆ 4     │
        └─────────┴───────┴───────────┴──────────┴────────────┴───────┘
        """
        total, months = nps_report(self.engine, self._period(period), zone=self.settings.zone, segment_id=segment_id)
        rows = pl.DataFrame([*months, {"month": "all", **total}], schema=_NPS, strict=False)
        return rows.with_columns(pl.when(pl.col("total") > 0).then("score").alias("score"))
