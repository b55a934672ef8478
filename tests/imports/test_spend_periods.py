"""Figures of several days together, beside what is known by day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from adplanning.imports.importing import ImportSummary, import_file
from adplanning.imports.spend_periods import overlapping
from adplanning.store.session import reading
from adplanning.store.spend import spend_statement
from adplanning.store.tables.catalogue import TABLES
from tests.imports.conftest import NOW, SETTINGS, Take

Rows = Callable[..., list[Any]]
Reasons = Callable[[], dict[int, str]]
PERIOD = "campaign,ad,date,last_day,spend"
START = date(2026, 1, 1)


def of(campaign: str, first: int, last: int) -> tuple[str, date, date]:
    return campaign, START + timedelta(first), START + timedelta(last)


def test_days_that_are_known_singly_are_not_said_again(take: Take, rows: Rows, reasons: Reasons) -> None:
    take("spend", "campaign,date,spend", "c,2026-01-04,1", "c,2026-01-10,1", "d,2026-02-01,1")
    summary = take(
        "spend", PERIOD, "c,,2026-01-01,2026-01-31,9", "c,,2026-02-01,2026-02-28,9", "d,,2026-01-01,2026-01-31,9"
    )
    assert (summary.stored, summary.rejected) == (2, 1)
    assert reasons() == {
        2: "2026-01-01 to 2026-01-31: the campaign's days from 2026-01-04 to 2026-01-10 are known singly, and these "
        "figures would say their money again; export by day (breakdown By time, Day), or days that are not known"
    }
    assert rows("period_spend", "first_on") == [(date(2026, 1, 1),), (date(2026, 2, 1),)]


def test_days_and_a_period_around_them_in_one_file_are_counted_once(take: Take, reasons: Reasons) -> None:
    summary = take("spend", PERIOD, "c,,2026-01-01,2026-01-31,9", "c,,2026-01-05,2026-01-05,2")
    assert (summary.stored, summary.totals["spend INR"]) == (1, 2)
    assert list(reasons()) == [2]


def test_other_bounds_over_the_same_days_are_refused_and_the_same_are_not(take: Take, reasons: Reasons) -> None:
    take("spend", PERIOD, "c,a,2026-01-01,2026-01-31,9")
    summary = take(
        "spend",
        PERIOD,
        "c,a,2026-01-31,2026-02-06,1",
        "c,b,2026-01-01,2026-01-31,7",
        "c,a,2026-02-01,2026-02-28,8",
    )
    assert summary.stored == 2
    assert reasons() == {
        2: "2026-01-31 to 2026-02-06: shares days with the campaign's figures of 2026-01-01 to 2026-01-31; export "
        "exactly those days again, or others, or by day (breakdown By time, Day)"
    }


def test_days_that_come_after_a_period_are_counted_and_it_no_longer(engine: Engine, take: Take) -> None:
    take("spend", PERIOD, "c,,2026-01-01,2026-01-31,9")
    summary = take("spend", "campaign,date,spend", "c,2026-01-31,2", "d,2026-01-31,3")
    assert summary.warnings == (
        "1 stored period counts no longer, because single days of their campaigns are known now",
    )
    with reading(engine) as session:
        assert sorted(session.scalars(spend_statement(["spend_minor"]))) == [200, 300]


def test_both_databases_refuse_and_replace_alike(any_engine: Engine, tmp_path: Path) -> None:
    def take(*lines: str) -> ImportSummary:
        path = tmp_path / "p.csv"
        path.write_text("\n".join((PERIOD, *lines)))
        return import_file(any_engine, "spend", path, settings=SETTINGS, now=NOW)

    assert take("c,,2026-01-01,2026-01-31,9", "c,,2026-03-01,,1").stored == 2
    assert take("c,,2026-01-01,2026-01-31,8").stored == 1
    assert take("c,,2026-01-02,2026-01-31,8", "c,,2026-02-01,2026-03-31,8").rejected == 2
    with reading(any_engine) as session:
        c = TABLES["period_spend"].c
        assert [tuple(row) for row in session.execute(select(c.first_on, c.spend_minor))] == [(START, 800)]


def test_the_first_of_the_file_stays_where_two_share_days() -> None:
    year, january, february = of("c", 0, 364), of("c", 0, 30), of("c", 31, 58)
    assert overlapping([], [january, year, february]) == {year: january[1:]}


spans = st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(1, 9)).map(
    lambda span: of(span[0], span[1], span[1] + span[2])
)


@given(stored=spans, new=st.lists(spans, unique=True, max_size=8))
def test_what_is_kept_shares_no_day_and_what_is_refused_shares_one(
    stored: tuple[str, date, date], new: list[tuple[str, date, date]]
) -> None:
    refused = overlapping([stored], new)
    kept = {stored, *new} - refused.keys()
    for (one, first, last), (other, start, end) in combinations(kept, 2):
        assert one != other or last < start or end < first
    for (campaign, first, last), (start, end) in refused.items():
        assert (campaign, start, end) in kept
        assert max(first, start) <= min(last, end)
