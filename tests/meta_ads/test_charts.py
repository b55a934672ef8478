"""The pictures of campaigns over time."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import polars as pl

from adplanning.meta_ads.charts import RESULTS, every_day, results_by_day, spend_by_day

SCHEMA = {
    "on": pl.Date, "spend": pl.Float64, "n_leads": pl.Float64, "n_purchases": pl.Float64, "n_results": pl.Float64,
}  # fmt: skip


def days(*rows: tuple[int, float | None, float | None, float | None], results: float | None = None) -> pl.DataFrame:
    """Spend, leads and purchases of days of November, and as many results on each."""
    return pl.DataFrame([(date(2026, 11, n), *told, results) for n, *told in rows], schema=SCHEMA, orient="row")


def drawn(chart: alt.Chart | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The encoding and the rows of a chart."""
    assert chart is not None
    spec = chart.to_dict()
    [rows] = spec["datasets"].values()
    return spec["encoding"], rows


def test_bars_and_lines_begin_at_zero() -> None:
    rows = days((1, 5.0, 2.0, 1.0))
    for chart in (spend_by_day(rows, currency="INR"), results_by_day(rows)):
        assert drawn(chart)[0]["y"]["scale"]["zero"] is True


def test_a_day_stands_below_itself_where_one_chart_stands_below_the_other() -> None:
    rows = days((1, 5.0, 2.0, None), (2, 7.0, 4.0, None))
    above, below = drawn(spend_by_day(rows, currency="INR")), drawn(results_by_day(rows))
    assert above[0]["x"] == below[0]["x"]
    for end in ("minExtent", "maxExtent"):
        assert above[0]["y"]["axis"][end] == below[0]["y"]["axis"][end]
    assert [row["on"] for row in above[1]] == [row["on"] for row in below[1]]


def test_a_kind_that_the_platform_never_told_of_has_no_line() -> None:
    encoding, rows = drawn(results_by_day(days((1, 5.0, None, 0.0), (2, 7.0, None, 3.0))))
    assert encoding["color"]["scale"] == {"domain": ["purchases"], "range": [RESULTS["n_purchases"][1]]}
    assert {row["kind"] for row in rows} == {"purchases"}


def test_a_kind_keeps_its_colour_whatever_stands_beside_it() -> None:
    both = drawn(results_by_day(days((1, 5.0, 1.0, 1.0))))[0]["color"]["scale"]
    alone = drawn(results_by_day(days((1, 5.0, None, 1.0))))[0]["color"]["scale"]
    assert dict(zip(both["domain"], both["range"], strict=True))["purchases"] == alone["range"][0]


def test_nothing_told_is_no_chart_rather_than_a_line_at_zero() -> None:
    assert results_by_day(days((1, 5.0, None, None))) is None
    assert results_by_day(days()) is None


def test_results_are_drawn_where_neither_leads_nor_purchases_were_told_and_never_beside_them() -> None:
    def kinds(chart: alt.Chart | None) -> list[str]:
        return list(drawn(chart)[0]["color"]["scale"]["domain"])

    assert kinds(results_by_day(days((1, 5.0, None, None), results=4.0))) == ["results"]
    assert kinds(results_by_day(days((1, 5.0, 4.0, None), results=4.0))) == ["leads"]


def test_a_day_between_that_has_no_row_breaks_the_line() -> None:
    rows = every_day(days((4, 5.0, 2.0, 1.0), (1, 7.0, 4.0, 3.0)))
    assert rows["on"].to_list() == [date(2026, 11, n) for n in (1, 2, 3, 4)]
    assert rows["n_leads"].to_list() == [4.0, None, None, 2.0]
    assert rows["spend"].sum() == 12.0


def test_bars_and_points_of_the_first_and_the_last_day_have_room() -> None:
    encoding, _ = drawn(spend_by_day(days((1, 5.0, None, None), (3, 7.0, None, None)), currency="INR"))
    first, last = encoding["x"]["scale"]["domain"]
    assert (first["month"], first["date"], first["hours"]) == (10, 31, 12)
    assert (last["month"], last["date"], last["hours"]) == (11, 3, 12)


def test_no_day_at_all_is_still_a_frame() -> None:
    assert every_day(days()).rows() == []


def test_amounts_along_the_axis_are_written_in_the_words_of_the_currency() -> None:
    rows = days((1, 250_000.0, None, None))
    assert "'L'" in drawn(spend_by_day(rows, currency="INR"))[0]["y"]["axis"]["labelExpr"]
    assert "'L'" not in drawn(spend_by_day(rows, currency="USD"))[0]["y"]["axis"]["labelExpr"]
