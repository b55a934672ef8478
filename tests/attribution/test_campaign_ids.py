from __future__ import annotations

import polars as pl
import pytest

from adplanning.attribution.campaign_ids import ID_PARAMETERS, carried_ids, id_parameters


def carried(page: str | None = None, **tags: str) -> set[tuple[str, str]]:
    """The ids (level, id) of one link."""
    row = {name: tags.get(name) for name in ("utm_campaign", "utm_term", "utm_content")} | {"page": page}
    links = pl.DataFrame([row], schema=dict.fromkeys(row, pl.String)).with_columns(
        link=pl.lit(1), id_parameters=id_parameters(pl.col("page"))
    )
    return {(level, platform_id) for _, level, platform_id in carried_ids(links).iter_rows()}


@pytest.mark.parametrize(("level", "name"), [(level, name) for level, names in ID_PARAMETERS.items() for name in names])
def test_every_known_parameter_is_found_wherever_it_stands(level: str, name: str) -> None:
    for page in (f"/a?{name}=120", f"/a?x=1&{name}=120&y=2", f"https://shop.example/?{name}=120#top"):
        assert carried(page) == {(level, "120")}


def test_parameters_beside_each_other_are_all_found() -> None:
    page = "/a?campaign_id=1&adset_id=2&ad_id=3&hsa_cam=4"
    assert carried(page) == {("campaign", "1"), ("ad_set", "2"), ("ad", "3"), ("campaign", "4")}


@pytest.mark.parametrize(
    "page",
    [
        None,
        "/a",
        "/a?utm_id=",
        "/a?utm_id={{campaign.id}}",
        "/a?utm_id=%7B%7Bcampaign.id%7D%7D",
        "/a?campaign_id=camp-1",
        "/a?utm_id=12x",
        "/a?my_utm_id=12",
        "/a?UTM_ID=12",
        "/utm_id=12",
        "/a?utm_id=<campaign id>",
    ],
)
def test_what_is_no_id_is_none(page: str | None) -> None:
    assert carried(page) == set()


def test_ids_are_texts() -> None:
    # Twenty digits are more than 64 bits hold, and a leading zero is part of an id.
    assert carried("/a?utm_id=00120254116607430039") == {("campaign", "00120254116607430039")}


def test_tags_of_digits_may_be_ids() -> None:
    assert carried(utm_campaign=" 120254116607430039 ") == {("campaign", "120254116607430039")}
    assert carried(utm_term="120254116607440039") == {("ad_set", "120254116607440039"), ("ad", "120254116607440039")}
    assert carried(utm_content="91", utm_term="2026") == set()
