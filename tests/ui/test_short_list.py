"""A few rows of a longer list."""

from __future__ import annotations

from adplanning.ui.cells import bar, text
from adplanning.ui.short_list import Line, ShortList


def test_rows_stand_in_their_columns_and_lead_to_their_pages() -> None:
    short = ShortList("Sources", ["Source", "Sessions"], numeric=["Sessions"])
    assert [column["numeric"] for column in short.columns] == [False, True]
    short.show([Line("/app/ad-planning/attribution", [text("google"), bar(0.5, "12 (50.0%)")])], empty="Nobody came.")
    [row] = short.rows
    assert (row["href"], row["cells"][1], short.empty) == (
        "/app/ad-planning/attribution",
        {"text": "12 (50.0%)", "share": 0.5},
        "",
    )
    short.show([], empty="Nobody came.")
    assert (short.rows, short.empty) == ([], "Nobody came.")
