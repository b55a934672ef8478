from __future__ import annotations

from enum import StrEnum

import pytest

from adplanning.core import vocabulary
from adplanning.core.vocabulary import JourneyStage, Platform, platform_of_source


@pytest.mark.parametrize(
    ("source", "platform"),
    [
        ("facebook", Platform.meta),
        (" IG ", Platform.meta),
        ("Google", Platform.google),
        ("newsletter", Platform.generic),
        ("facebook.com", Platform.generic),
        ("", Platform.direct),
        ("  ", Platform.direct),
        (None, Platform.direct),
    ],
)
def test_the_platform_is_told_from_the_source(source: str | None, platform: Platform) -> None:
    assert platform_of_source(source) is platform


def test_stages_stand_in_the_order_of_a_journey() -> None:
    stages = "awareness interest consideration intent conversion retention advocacy"
    assert " ".join(JourneyStage) == stages


def test_a_word_is_written_as_it_is_named() -> None:
    lists = [kind for kind in vars(vocabulary).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]
    for word in (word for kind in lists for word in kind):
        assert word.name in (word.value.replace("-", "_"), "imported")
