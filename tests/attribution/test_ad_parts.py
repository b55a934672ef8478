from __future__ import annotations

import polars as pl
import pytest

from adplanning.attribution.ad_parts import parts_of_campaign
from adplanning.core.names import name_key

AD_SETS = [  # id, campaign, id at the platform, name
    ("s1", "c", "100001", "Men 25+"),
    ("s2", "c", "100002", "Women"),
    ("s3", "c", "100003", "Twins"),
    ("s4", "c", "100004", "twins"),
    ("t1", "d", "200001", "Others"),
]
ADS = [  # id, ad set, campaign, id at the platform, name
    ("a1", "s1", "c", "300001", "Hero"),
    ("a2", "s2", "c", "300002", "Hero"),
    ("a3", "s2", "c", "300003", "Video"),
    ("b1", "t1", "d", "400001", "Elsewhere"),
]


def parts(*ids: tuple[str, str], term: str | None = None, content: str | None = None) -> tuple[str, str] | None:
    links = pl.DataFrame(
        {"link": [1], "campaign_id": ["c"], "utm_term": [term], "utm_content": [content]},
        schema_overrides={"utm_term": pl.String, "utm_content": pl.String},
    )
    carried = pl.DataFrame(
        [(1, *one) for one in ids],
        schema={"link": pl.Int64, "level": pl.String, "platform_id": pl.String},
        orient="row",
    )
    sets = pl.DataFrame(
        [(*row[:3], name_key(row[3])) for row in AD_SETS],
        schema=["ad_set_id", "campaign_id", "platform_ad_set_id", "name_key"],
        orient="row",
    )
    ads = pl.DataFrame(
        [(*row[:4], name_key(row[4])) for row in ADS],
        schema=["ad_id", "ad_set_id", "campaign_id", "platform_ad_id", "name_key"],
        orient="row",
    )
    found = parts_of_campaign(links, carried, sets, ads)
    return found.select("ad_set_id", "ad_id").row(0) if found.height else None


@pytest.mark.parametrize(
    ("ids", "tags", "expected"),
    [
        ([("ad", "300001")], {}, ("s1", "a1")),
        ([("ad_set", "100002")], {}, ("s2", None)),
        ([("ad_set", "100002")], {"content": "hero"}, ("s2", "a2")),
        ([], {"term": "women", "content": "HERO"}, ("s2", "a2")),
        ([], {"term": "women", "content": "Nobody"}, ("s2", None)),
        # Two ads are called Hero; without an ad set neither is meant.
        ([], {"content": "hero"}, None),
        ([], {"content": "video"}, ("s2", "a3")),
        # Two ad sets are called Twins.
        ([], {"term": "twins", "content": "video"}, ("s2", "a3")),
        # An id goes before a name.
        ([("ad", "300001")], {"term": "women", "content": "video"}, ("s1", "a1")),
        ([("ad_set", "100001")], {"term": "women"}, ("s1", None)),
        # The ad is not in the ad set: one of the ids is wrong.
        ([("ad", "300001"), ("ad_set", "100002")], {}, None),
        ([("ad", "300001"), ("ad_set", "100001")], {}, ("s1", "a1")),
        # Of another campaign.
        ([("ad", "400001")], {}, None),
        ([], {"term": "others", "content": "elsewhere"}, None),
        # Never by likeness.
        ([], {"term": "womens", "content": "videos"}, None),
        ([], {"term": "-", "content": ""}, None),
    ],
)
def test_ad_set_and_ad_are_linked_only_where_they_are_sure(
    ids: list[tuple[str, str]], tags: dict[str, str], expected: tuple[str, str] | None
) -> None:
    assert parts(*ids, **tags) == expected
