"""Whether a platform showed the variants alike."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.experiments.delivery import UNEVEN_DAYS, Delivery, delivery_by

HALVES = {"a": 50.0, "b": 50.0}
NAMES = {"a": "Sun", "b": "Moon", "c": "Star"}
REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))


def delivery(*cells: tuple[str, str, int, int], **options: object) -> Delivery:
    schema = {"variant_id": pl.String, "group": pl.String, "n_impressions": pl.Int64, "n_clicks": pl.Int64}
    shown = pl.DataFrame(cells, schema=schema, orient="row")
    return delivery_by(shown, **{"by": "age", "weights": HALVES, "names": NAMES, **options})  # type: ignore[arg-type]


def test_variants_shown_alike_and_as_planned_are_not_warned_of() -> None:
    found = delivery(("a", "young", 700, 7), ("a", "old", 300, 9), ("b", "young", 710, 9), ("b", "old", 290, 8))
    assert (found.is_uneven, found.is_off_plan, found.words) == (False, False, ())
    assert found.share_apart == pytest.approx(0.01)


def test_audiences_that_differ_by_more_than_chance_are() -> None:
    found = delivery(("a", "young", 700, 7), ("a", "old", 300, 9), ("b", "young", 500, 9), ("b", "old", 500, 8))
    assert (found.is_uneven, found.is_off_plan) == (True, False)
    assert found.share_apart == pytest.approx(0.2)
    assert "By age the variants were shown unevenly: 20% of" in found.words[0]
    assert "Simpson" in found.words[0]
    assert not delivery(("a", "y", 7, 1), ("a", "o", 3, 1), ("b", "y", 5, 1), ("b", "o", 5, 1)).is_uneven


def test_simpsons_paradox_is_told_where_it_happens() -> None:
    """The kidney stones of Charig et al. (1986): surgery is better of small and of large ones, and worse of all."""
    found = delivery(
        ("a", "small stones", 87, 81), ("a", "large stones", 263, 192),
        ("b", "small stones", 270, 234), ("b", "large stones", 80, 55),
    )  # fmt: skip
    surgery, nephrolithotomy = found.variants
    assert (surgery.click_rate, nephrolithotomy.click_rate) == (pytest.approx(0.78), pytest.approx(289 / 350))
    assert surgery.click_rate_alike == pytest.approx((357 * 81 / 87 + 343 * 192 / 263) / 700)
    assert nephrolithotomy.click_rate_alike == pytest.approx((357 * 234 / 270 + 343 * 55 / 80) / 700)
    assert found.is_reversed
    assert found.words[-1].startswith("Here it does turn round: clicks an impression are Sun 78.00%")


def test_a_variant_that_got_more_than_its_weight_is_off_the_plan() -> None:
    found = delivery(("a", "young", 800, 8), ("b", "young", 200, 2))
    assert found.is_off_plan
    assert found.words == (
        "The variants were not shown as often as planned: Sun 80% (planned 50%), Moon 20% (planned 50%) of the "
        "impressions.",
    )
    assert not delivery(("a", "y", 800, 8), ("b", "y", 200, 2), weights={"a": 75, "b": 25}).is_off_plan


def test_a_group_that_one_variant_never_met_is_in_no_common_audience() -> None:
    found = delivery(("a", "young", 100, 10), ("a", "old", 100, 0), ("b", "young", 100, 5))
    assert [variant.click_rate_alike for variant in found.variants] == [0.1, 0.05]
    apart = delivery(("a", "young", 100, 10), ("b", "old", 100, 5))
    assert [variant.click_rate_alike for variant in apart.variants] == [None, None]
    assert apart.share_apart == 1.0


def test_nothing_shown_and_one_variant_alone_tell_of_no_audience() -> None:
    nothing = delivery()
    assert (nothing.share_apart, nothing.is_uneven, nothing.is_off_plan, nothing.words) == (None, False, False, ())
    assert nothing.variants[0].share is None
    alone = delivery(("a", "young", 100, 10), ("b", "young", 0, 0))
    assert (alone.share_apart, alone.is_uneven, alone.is_off_plan) == (None, False, True)


def test_the_farthest_two_of_several_variants_count() -> None:
    cells = [("a", "young", 500, 5), ("a", "old", 500, 5), ("b", "young", 500, 5), ("b", "old", 500, 5)]
    found = delivery(*cells, ("c", "young", 900, 9), ("c", "old", 100, 1), weights={"a": 1, "b": 1, "c": 1})
    assert found.share_apart == pytest.approx(0.4)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidData, match="n_clicks"):
        delivery_by(
            pl.DataFrame({"variant_id": [], "group": [], "n_impressions": []}), by="age", weights=HALVES, names=NAMES
        )


CELLS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 10**6), st.integers(0, 100)), max_size=8
)


@given(CELLS)
def test_neither_the_order_of_rows_nor_that_of_variants_changes_how_far_they_are_apart(
    cells: list[tuple[str, str, int, int]],
) -> None:
    found = delivery(*cells)
    turned = delivery(*reversed(cells), weights={"b": 50.0, "a": 50.0})
    assert turned.share_apart == (None if found.share_apart is None else pytest.approx(found.share_apart))
    assert found.share_apart is None or 0 <= found.share_apart <= 1.0000001
    assert (turned.is_off_plan, len(turned.words)) == (found.is_off_plan, len(found.words))


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_the_ad_sets_of_a_real_export_were_shown_unevenly_by_age_and_gender() -> None:
    told = pl.read_csv(
        REAL / "meta_ads_manager_export" / "ads_manager_daily_age_gender.csv", infer_schema_length=None
    ).select(
        "Day",
        audience=pl.col("Age") + " " + pl.col("Gender"),
        variant_id="Ad Set Name",
        n_impressions=pl.col("Impressions").fill_null(0),
        n_clicks=pl.col("Clicks (all)").fill_null(0),
    )
    brand, human = "Brand + Product Group A", "HumanCustumer Group B"
    names = {brand: "brand", human: "human"}
    weights = {brand: 50.0, human: 50.0}
    found = delivery_by(told.rename({"audience": "group"}), by="age and gender", weights=weights, names=names)
    assert (found.is_uneven, found.is_off_plan) == (True, True)
    assert found.share_apart == pytest.approx(0.0611, abs=1e-4)
    assert [variant.n_impressions for variant in found.variants] == [13_759, 7_331]
    assert "not as often" not in found.words[0]
    assert "By age and gender the variants were shown unevenly: 6% of the impressions" in found.words[1]
    by_day = delivery_by(
        told.rename({"Day": "group"}), by="day", weights=weights, names=names, uneven_share=UNEVEN_DAYS
    )
    assert (by_day.is_uneven, by_day.is_off_plan) == (False, True)
