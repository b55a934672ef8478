"""The picture of campaigns by their leads."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.vocabulary import LeadStatus
from adplanning.leads.charts import STAGES, leads_by_campaign, stages_by_campaign

Counted = list[tuple[str | None, str | None, Mapping[LeadStatus, int]]]
COUNTS = st.dictionaries(st.sampled_from(list(LeadStatus)), st.integers(1, 50), min_size=1)


def test_every_status_is_drawn_exactly_once() -> None:
    drawn = [status for _, statuses in STAGES.values() for status in statuses]
    assert sorted(drawn) == sorted(LeadStatus)


@given(st.lists(COUNTS, max_size=15), st.integers(1, 12))
def test_no_lead_is_lost_between_the_campaigns_and_the_rest(counts: list[dict[LeadStatus, int]], n: int) -> None:
    counted: Counted = [(f"camp_{at}", f"Campaign {at % 3}", by_status) for at, by_status in enumerate(counts)]
    rows = stages_by_campaign(counted, n_shown=n)
    assert rows["n"].sum() == sum(sum(by_status.values()) for by_status in counts)
    assert rows["campaign"].n_unique() == min(len(counted), n + 1)


def test_campaigns_of_one_name_stay_apart() -> None:
    one = {LeadStatus.new: 1}
    rows = stages_by_campaign([("camp_1", "Diwali", one), ("camp_2", "Diwali", one), (None, "Diwali", one)])
    assert rows["campaign"].unique(maintain_order=True).to_list() == [
        "Diwali (camp_1)", "Diwali (camp_2)", "Diwali (not known here)",
    ]  # fmt: skip


def test_no_campaign_at_all_is_no_row() -> None:
    assert stages_by_campaign([]).height == 0


def test_bars_stand_in_the_order_given_and_begin_at_zero() -> None:
    counted: Counted = [("camp_1", "Zeta", {LeadStatus.new: 5}), ("camp_2", "Alpha", {LeadStatus.lost: 2})]
    bars, labels = leads_by_campaign(stages_by_campaign(counted)).to_dict()["layer"]
    assert bars["encoding"]["y"]["sort"] == labels["encoding"]["y"]["sort"] == ["Zeta", "Alpha"]
    assert bars["encoding"]["x"]["scale"]["zero"] is True


def test_the_number_beside_a_bar_is_that_of_all_its_leads() -> None:
    counted: Counted = [("camp_1", "Diwali", {LeadStatus.new: 5, LeadStatus.lost: 2})]
    chart = leads_by_campaign(stages_by_campaign(counted)).to_dict()
    named = chart["layer"][1]["data"]["name"]
    assert chart["datasets"][named] == [{"campaign": "Diwali", "n": 7}]


def test_a_stage_keeps_its_colour_whichever_are_there() -> None:
    bars = leads_by_campaign(stages_by_campaign([("camp_1", "Diwali", {LeadStatus.lost: 1})])).to_dict()["layer"][0]
    assert bars["encoding"]["color"]["scale"] == {
        "domain": list(STAGES), "range": [colour for colour, _ in STAGES.values()],
    }  # fmt: skip
