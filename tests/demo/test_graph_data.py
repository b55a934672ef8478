"""What changes at the invented Meta, and what stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adplanning.core.errors import NotFound
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_seeding import seeded
from tests.demo.graph_calls import UNTIL

SINCE = UNTIL - timedelta(days=4)


@pytest.fixture
def data() -> GraphData:
    return seeded(until=UNTIL, days=5, n_campaigns=3)


def test_the_same_seed_gives_the_same_data_and_another_one_other_data(data: GraphData) -> None:
    again, other = (seeded(until=UNTIL, days=5, n_campaigns=3, seed=seed) for seed in (7, 8))
    truth = data.totals("act_100", "ad", SINCE, UNTIL)
    assert again.totals("act_100", "ad", SINCE, UNTIL) == truth
    assert again.leads() == data.leads()
    assert other.totals("act_100", "ad", SINCE, UNTIL) != truth


def test_names_places_and_states_change_no_sum(data: GraphData) -> None:
    before = data.totals("act_100", "ad", SINCE, UNTIL)
    data.rename_campaign("1001000000", "Renamed")
    data.move_ad("1003000000", "1002000005")
    data.archive("1001000001")
    data.delete("1001000002")
    data.forget("1001000002")
    assert data.totals("act_100", "ad", SINCE, UNTIL) == data.totals("act_100", "adset", SINCE, UNTIL) == before


def test_late_conversions_change_their_day_at_both_levels(data: GraphData) -> None:
    day, next_day = SINCE + timedelta(days=1), SINCE + timedelta(days=2)
    for level in ("ad", "campaign"):
        before, untouched = (data.totals("act_100", level, on, on) for on in (day, next_day))
        data.change_day("act_100", day)
        after = data.totals("act_100", level, day, day)
        assert after.leads > before.leads
        assert after.spend < before.spend
        assert data.totals("act_100", level, next_day, next_day) == untouched


def test_late_conversions_are_as_many_for_campaigns_as_for_their_ads(data: GraphData) -> None:
    data.change_day("act_100", UNTIL)
    ads, campaigns = (data.totals("act_100", level, UNTIL, UNTIL) for level in ("ad", "campaign"))
    assert (ads.leads, ads.purchases, ads.purchase_value) == (
        campaigns.leads,
        campaigns.purchases,
        campaigns.purchase_value,
    )


def test_a_row_that_vanishes_takes_its_figures_with_it(data: GraphData) -> None:
    delivery = data.delivery("act_100", "ad")
    row, column = (int(axis[0]) for axis in delivery.delivered.nonzero())
    ad, day = delivery.object_ids[column], delivery.periods[row][0]
    spend, before = int(delivery.figures["spend"][row, column]), data.totals("act_100", "ad", SINCE, UNTIL)
    data.drop_row("act_100", "ad", ad, day)
    assert (before.spend - data.totals("act_100", "ad", SINCE, UNTIL).spend) * 100 == spend
    with pytest.raises(NotFound, match="nothing was delivered"):
        data.drop_row("act_100", "ad", ad, UNTIL + timedelta(days=1))


def test_each_change_has_an_instant_of_its_own(data: GraphData) -> None:
    data.rename_campaign("1001000000", "Renamed")
    data.archive("1001000001")
    first, second = (data.objects[campaign].updated_at for campaign in ("1001000000", "1001000001"))
    assert second - first == timedelta(seconds=1)
    with pytest.raises(NotFound, match="no campaign, ad set or ad has the id 5"):
        data.delete("5")


def test_what_a_stopped_campaign_holds_is_stopped_with_it(data: GraphData) -> None:
    data.objects["1001000000"].status = data.objects["1002000001"].status = "PAUSED"
    assert data.effective_status(data.objects["1003000000"]) == "CAMPAIGN_PAUSED"
    assert data.effective_status(data.objects["1003000002"]) == "ADSET_PAUSED"
    data.archive("1001000000")
    assert data.effective_status(data.objects["1003000000"]) == "ARCHIVED"
    data.forget("1001000000")
    assert data.effective_status(data.objects["1003000000"]) == "DELETED"
    assert data.effective_status(data.objects["1003000011"]) == "ACTIVE"
