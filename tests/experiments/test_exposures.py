"""From what customers saw and did to one row per subject."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.experiments.exposures import Exposed, exposed_subjects, path_expression, variant_of_path

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RAN = [Period(NOON, NOON + 10 * HOUR), Period(NOON + 20 * HOUR, NOON + 40 * HOUR)]
Row = tuple[str | None, str, int]


def exposures(*rows: Row) -> pl.LazyFrame:
    told = [(key, variant, NOON + hours * HOUR) for key, variant, hours in rows]
    schema = {"path_key": pl.String, "variant_id": pl.String, "at": pl.Datetime("us", "UTC")}
    return pl.LazyFrame(told, schema=schema, orient="row")


def outcomes(*rows: tuple[str | None, float | None, int]) -> pl.LazyFrame:
    told = [(key, value, NOON + hours * HOUR) for key, value, hours in rows]
    schema = {"path_key": pl.String, "value": pl.Float64, "at": pl.Datetime("us", "UTC")}
    return pl.LazyFrame(told, schema=schema, orient="row")


def subjects(seen: pl.LazyFrame, done: pl.LazyFrame, before: pl.LazyFrame | None = None) -> Exposed:
    return exposed_subjects(seen, done, times=RAN, zone=ZoneInfo("Asia/Kolkata"), before=before)


def rows(found: Exposed) -> list[tuple[str, bool, float]]:
    return found.subjects.sort("variant_id", "value").select("variant_id", "is_converted", "value").rows()


def test_what_was_done_from_the_first_exposure_on_is_a_subjects_value() -> None:
    seen = exposures(("asha", "a", 2), ("asha", "a", 5), ("ravi", "b", 1))
    done = outcomes(("asha", 100.0, 1), ("asha", 30.0, 2), ("asha", 4.0, 6), ("ravi", 7.0, 3), ("else", 9.0, 3))
    assert rows(subjects(seen, done)) == [("a", True, 34.0), ("b", True, 7.0)]


def test_who_did_nothing_is_a_subject_all_the_same() -> None:
    found = subjects(exposures(("asha", "a", 2)), outcomes())
    assert found.subjects.row(0) == ("a", date(2026, 11, 2), False, 0.0, None, None)


def test_a_purchase_that_nobody_can_value_is_one_nevertheless() -> None:
    assert rows(subjects(exposures(("asha", "a", 2)), outcomes(("asha", None, 3)))) == [("a", True, 0.0)]


def test_who_met_two_variants_shows_what_neither_does() -> None:
    seen = exposures(("asha", "a", 2), ("asha", "b", 3), ("ravi", "b", 1))
    found = subjects(seen, outcomes(("asha", 1.0, 5)))
    assert (rows(found), found.n_contaminated) == ([("b", False, 0.0)], 1)


def test_a_pause_neither_makes_subjects_nor_contaminates_nor_brings_anything() -> None:
    seen = exposures(("asha", "a", 2), ("asha", "b", 15), ("ravi", "b", 15), ("meera", "b", -1))
    found = subjects(seen, outcomes(("asha", 5.0, 15), ("asha", 1.0, 25)))
    assert (rows(found), found.n_contaminated) == ([("a", True, 1.0)], 0)


def test_what_nobody_knows_whose_it_was_is_nobodys() -> None:
    assert rows(subjects(exposures((None, "a", 2)), outcomes((None, 1.0, 3)))) == []


def test_the_first_day_is_one_of_the_reporting_zone() -> None:
    found = subjects(exposures(("asha", "a", 7)), outcomes())
    assert found.subjects["first_on"].to_list() == [date(2026, 11, 3)]  # 00:30 in India


def test_the_pre_period_is_zero_for_who_did_nothing_and_unknown_where_the_store_begins_later() -> None:
    seen = exposures(("asha", "a", 2), ("ravi", "a", 2))
    before = outcomes(("asha", 3.0, -30), ("asha", 4.0, -20))
    found = subjects(seen, outcomes(("ravi", 1.0, 3)), before)
    assert sorted(found.subjects.select("value", "pre_value").rows()) == [(0.0, 7.0), (1.0, 0.0)]
    assert subjects(seen, outcomes()).subjects["pre_value"].to_list() == [None, None]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidData, match="variant_id"):
        subjects(exposures().drop("variant_id"), outcomes())


@given(
    st.lists(st.tuples(st.sampled_from(["p", "q", "r", None]), st.sampled_from("ab"), st.integers(-5, 45))),
    st.lists(st.tuples(st.sampled_from(["p", "q", "r", None]), st.just(1.0), st.integers(-5, 45))),
)
def test_subjects_and_contaminated_are_all_who_were_exposed_in_whatever_order(
    seen: list[Row], done: list[tuple[str | None, float | None, int]]
) -> None:
    found = subjects(exposures(*seen), outcomes(*done))
    ran = {key: set[str]() for key, _, _ in seen if key is not None}
    for key, variant, hours in seen:
        if key is not None and (0 <= hours < 10 or 20 <= hours < 40):
            ran[key].add(variant)
    assert found.n_contaminated == sum(len(variants) == 2 for variants in ran.values())
    assert found.subjects.height == sum(len(variants) == 1 for variants in ran.values())
    assert rows(subjects(exposures(*reversed(seen)), outcomes(*reversed(done)))) == rows(found)


@given(
    st.text("ab/.?[]*+$", max_size=8).filter(lambda text: "\n" not in text),
    st.text("ab/.[]+$", max_size=8),
)
def test_a_pattern_matches_what_it_matches_for_goals(pattern: str, path: str) -> None:
    literal = pattern.replace("[", "[[]").replace("?", "[?]")
    found = pl.Series([path]).str.contains(path_expression(pattern)).item()
    assert found == fnmatchcase(path, literal)


def test_a_page_is_told_by_its_path_alone() -> None:
    pages = pl.Series(
        ["https://shop.example/a?b=/c", "http://shop.example", "//shop.example/a#top", "/a/", "/A", "mailto:a", "/"]
    )
    found = variant_of_path(pages, [("control", "/a"), ("treatment", "/"), ("treatment", "/*")])
    assert found.filter(pl.col("variant_id") == "control")["page_url"].to_list() == [pages[0], pages[2]]
    assert set(found.filter(pl.col("variant_id") == "treatment")["page_url"]) == {*pages} - {"mailto:a"}
