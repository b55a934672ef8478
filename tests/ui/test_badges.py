"""Every code has words of its own, and a colour that means something."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from adplanning import batch_runs
from adplanning.attribution.crediting import ALL_MODELS
from adplanning.core.vocabulary import AliasDecision, ConversionType, GoalType, Platform, ResolutionMethod, TouchType
from adplanning.ui import badges

COLOURS = {"green", "blue", "purple", "orange", "red", "grey"}
OF_ENUM: list[tuple[Mapping[Any, badges.Badge], type[StrEnum]]] = [
    (badges.CONVERSION_TYPES, ConversionType),
    (badges.PLATFORMS, Platform),
    (badges.GOAL_TYPES, GoalType),
    (badges.RESOLUTION_METHODS, ResolutionMethod),
    (badges.ALIAS_DECISIONS, AliasDecision),
    (badges.TOUCH_TYPES, TouchType),
]


@pytest.mark.parametrize(("table", "codes"), OF_ENUM, ids=[codes.__name__ for _, codes in OF_ENUM])
def test_every_code_has_a_badge_with_words_of_its_own(table: Mapping[Any, badges.Badge], codes: type[StrEnum]) -> None:
    assert set(table) == set(codes)
    assert len({badge.words for badge in table.values()}) == len(table)
    for code, badge in table.items():
        assert badge.words
        assert badge.words != code
        assert badge.colour in COLOURS
        assert badge.icon.startswith("mdi-")


def test_every_status_of_a_run_and_every_model_has_words() -> None:
    assert set(badges.RUN_STATUSES) == set(batch_runs.STATUSES)
    assert set(badges.MODELS) == set(ALL_MODELS)


@pytest.mark.parametrize(
    ("source", "colour"),
    [("google", "blue"), (" FB ", "purple"), ("instagram", "purple"), ("Klaviyo", "green"), ("reddit", "grey")],
)
def test_the_colour_of_a_source_is_that_of_its_platform(source: str, colour: str) -> None:
    cell = badges.source_badge(source)
    assert (cell["text"], cell["colour"]) == (source, colour)


def test_no_source_at_all_is_direct() -> None:
    assert badges.source_badge(None)["text"] == "Direct"
