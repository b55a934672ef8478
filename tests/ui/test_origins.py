"""Where a conversion or a touchpoint came from."""

from __future__ import annotations

from adplanning.store.tables.attribution import Touchpoint
from adplanning.store.tables.events import Conversion
from adplanning.ui.origins import where_from


def test_a_conversion_and_a_touchpoint_show_platform_and_tags_alike() -> None:
    tags = {"platform": "meta", "utm_source": "Instagram", "utm_medium": "cpc", "utm_campaign": "=1+1"}
    of_conversion, of_touchpoint = where_from(Conversion(**tags)), where_from(Touchpoint(**tags))
    assert of_conversion == of_touchpoint
    assert {label: cell["text"] for label, cell in of_conversion.items()} == {
        "Platform": "Meta",
        "Source": "Instagram",
        "Medium": "cpc",
        "Campaign": "=1+1",
        "Term": None,
        "Content": None,
    }


def test_without_a_source_it_is_direct() -> None:
    assert where_from(Conversion(platform="direct"))["Source"]["text"] == "Direct"
