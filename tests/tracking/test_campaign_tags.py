"""Did an advertisement bring an event?"""

from __future__ import annotations

import pytest

from adplanning.core.vocabulary import Platform
from adplanning.tracking.campaign_tags import click_ids, platform_of_touch


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("https://shop.example/a?fbclid=X&b=1", {"fbclid": "X"}),
        ("/a?gclid=1&msclkid=2&ttclid=3", {"gclid": "1", "msclkid": "2", "ttclid": "3"}),
        ("/a?b=1#gclid=1", {}),
        ("/a?xfbclid=1", {}),
        ("/fbclid=1", {}),
        ("/a?fbclid=", {}),
        (None, {}),
    ],
)
def test_click_ids_are_read_from_the_query_alone(page: str | None, ids: dict[str, str]) -> None:
    assert click_ids(page) == ids


@pytest.mark.parametrize(
    ("source", "ids", "platform"),
    [
        ("facebook", {"gclid": "1"}, Platform.meta),
        (None, {"fbclid": "1"}, Platform.meta),
        (None, {"gclid": "1"}, Platform.google),
        (None, {"msclkid": "1"}, Platform.generic),
        ("newsletter", {}, Platform.generic),
        (None, {}, Platform.direct),
    ],
)
def test_the_source_tells_the_platform_before_the_click_id_does(
    source: str | None, ids: dict[str, str], platform: Platform
) -> None:
    assert platform_of_touch(source, ids) is platform
