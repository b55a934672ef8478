"""Every code has words of its own, and a colour that means something."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from adplanning import batch_runs
from adplanning.attribution.crediting import ALL_MODELS
from adplanning.core.vocabulary import (
    AddedReason,
    AlertKind,
    AliasDecision,
    ConversionType,
    ExperimentStatus,
    ExperimentType,
    ForecastStatus,
    GoalType,
    JourneyEventType,
    JourneyStage,
    LeadStatus,
    Platform,
    PostStatus,
    ResolutionMethod,
    RiskLevel,
    SegmentType,
    StreamStatus,
    Tier,
    TouchType,
    Trust,
)
from adplanning.scores.catalogue import SCORES
from adplanning.ui import badges

COLOURS = {"green", "blue", "purple", "orange", "red", "grey"}
OF_ENUM: list[tuple[Mapping[Any, badges.Badge], type[StrEnum]]] = [
    (badges.ALERT_KINDS, AlertKind),
    (badges.CONVERSION_TYPES, ConversionType),
    (badges.PLATFORMS, Platform),
    (badges.GOAL_TYPES, GoalType),
    (badges.RESOLUTION_METHODS, ResolutionMethod),
    (badges.ALIAS_DECISIONS, AliasDecision),
    (badges.TOUCH_TYPES, TouchType),
    (badges.STREAM_STATUSES, StreamStatus),
    (badges.LEAD_STATUSES, LeadStatus),
    (badges.JOURNEY_EVENTS, JourneyEventType),
    (badges.STAGES, JourneyStage),
    (badges.TIERS, Tier),
    (badges.RISK_LEVELS, RiskLevel),
    (badges.SEGMENT_TYPES, SegmentType),
    (badges.ADDED_REASONS, AddedReason),
    (badges.POST_STATUSES, PostStatus),
    (badges.EXPERIMENT_STATUSES, ExperimentStatus),
    (badges.EXPERIMENT_TYPES, ExperimentType),
    (badges.FORECAST_STATUSES, ForecastStatus),
    (badges.TRUST, Trust),
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


def test_a_score_has_a_badge_for_each_of_its_levels() -> None:
    assert {kind: tuple(badges.LEVELS[kind]) for kind in SCORES} == {kind: its.levels for kind, its in SCORES.items()}


@pytest.mark.parametrize(
    ("event_type", "colour"),
    [
        ("page_view", "grey"),
        ("ad_click", "purple"),
        ("lead_capture", "orange"),
        ("form_submit", "blue"),
        ("purchase", "green"),
        ("social_engage", "grey"),
    ],
)
def test_the_guide_gives_events_their_colours(event_type: str, colour: str) -> None:
    assert badges.JOURNEY_EVENTS[JourneyEventType(event_type)].colour == colour


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("exact_utm_match", "Exact UTM match"),
        ("fuzzy_name_match", "Fuzzy name match"),
        ("manual", "Manual"),
        ("unresolved", "Unresolved"),
    ],
)
def test_a_resolution_method_is_called_as_in_the_api(method: str, words: str) -> None:
    assert badges.RESOLUTION_METHODS[ResolutionMethod(method)].words == words


@pytest.mark.parametrize(
    ("tier", "colour"), [("platinum", "green"), ("gold", "blue"), ("silver", "orange"), ("bronze", "grey")]
)
def test_the_guide_gives_tiers_their_colours(tier: str, colour: str) -> None:
    assert badges.TIERS[Tier(tier)].colour == colour


def test_every_status_of_a_run_and_every_model_has_words() -> None:
    assert set(badges.RUN_STATUSES) == set(batch_runs.STATUSES)
    assert set(badges.MODELS) == set(ALL_MODELS)


@pytest.mark.parametrize(
    ("status", "words", "colour"),
    [
        ("ACTIVE", "Active", "green"),
        ("PAUSED", "Paused", "orange"),
        ("WITH_ISSUES", "With issues", "red"),
        ("ADSET_PAUSED", "Adset paused", "grey"),
        (None, "Unknown", "grey"),
        ("", "Unknown", "grey"),
    ],
)
def test_a_status_of_a_campaign_is_in_words_even_where_the_platform_has_thought_of_a_new_one(
    status: str | None, words: str, colour: str
) -> None:
    badge = badges.status_badge(status)
    assert (badge.words, badge.colour) == (words, colour)
    assert badge.icon.startswith("mdi-")


@pytest.mark.parametrize(
    ("source", "colour"),
    [("google", "blue"), (" FB ", "purple"), ("instagram", "purple"), ("Klaviyo", "green"), ("reddit", "grey")],
)
def test_the_colour_of_a_source_is_that_of_its_platform(source: str, colour: str) -> None:
    cell = badges.source_badge(source)
    assert (cell["text"], cell["colour"]) == (source, colour)


def test_no_source_at_all_is_direct() -> None:
    assert badges.source_badge(None)["text"] == "Direct"
