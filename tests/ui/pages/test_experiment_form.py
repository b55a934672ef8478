"""The form of an experiment."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.vocabulary import Role
from adplanning.experiments import service
from adplanning.experiments.power import sample_size
from adplanning.store.session import writing
from adplanning.ui.pages.experiment_form import FRESH, ExperimentForm
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.pages.advertised import account, campaign
from tests.ui.pages.experimented import BEGUN, add_experiment, experiments, start
from tests.ui.visiting import NotingFrame, everything, send


class Desk:
    """The form, and what it has told to be saved."""

    def __init__(self, new_visit: NewVisit, engine: Engine, **options: Any) -> None:
        self.saved: list[str] = []
        self.experiment = ExperimentForm(new_visit(engine, **options), saved=self.saved.append)
        self.form = self.experiment.form

    def fill(self, **values: Any) -> dict[str, str]:
        """What the cards below the form say while it is filled in."""
        send(self.form, "change", {"values": {**FRESH, **values}})
        return {item["label"]: item["value"] for item in self.experiment.kpis.items}

    def submit(self, **values: Any) -> dict[str, str]:
        send(self.form, "submit", {"values": {**FRESH, **values}})
        return dict(self.form.issues["by_field"])

    @property
    def lacking(self) -> str:
        return str(self.experiment.kpis.caption)


@pytest.fixture
def desk(new_visit: NewVisit, engine: Engine) -> Desk:
    made = Desk(new_visit, engine)
    made.experiment.create()
    return made


def test_a_new_experiment_is_created_as_a_draft(desk: Desk, engine: Engine, frame: NotingFrame) -> None:
    rows = [{"name": "Winter", "weight": "60", "config": "headline = Warm; colour=red"}, {"name": "Sun", "weight": 40}]
    assert desk.submit(name="Banner", hypothesis="Sun sells", variants=rows, target_sample_size="8000") == {}
    [made] = experiments(engine).values()
    assert (made.id, made.status, made.hypothesis, made.currency) == (desk.saved[0], "draft", "Sun sells", "INR")
    assert (made.confidence_level, made.minimum_detectable_effect, made.target_sample_size) == (0.95, 0.1, 8000)
    assert [(one["id"], one["name"], one["weight"], one["config"]) for one in made.variants] == [
        ("control", "Winter", 60, {"headline": "Warm", "colour": "red"}), ("treatment", "Sun", 40, None),
    ]  # fmt: skip
    assert not desk.form.shown
    assert frame.toasts[-1][1] == "“Banner” is created. Start it when its variants are ready."


def test_variants_are_taken_from_campaigns_that_are_chosen_by_name(new_visit: NewVisit, engine: Engine) -> None:
    account(engine)
    warm, cold = campaign(engine, "Warm"), campaign(engine, "Cold")
    desk = Desk(new_visit, engine)
    desk.experiment.create()
    [variants] = [field for field in desk.form.fields if field["key"] == "variants"]
    [offered] = [part for part in variants["parts"] if part["key"] == "campaigns"]
    assert {(one["value"], one["title"]) for one in offered["options"]} == {(warm, "Warm"), (cold, "Cold")}
    rows = [{"name": "A", "weight": 50, "campaigns": [warm]}, {"name": "B", "weight": 50, "ad_sets": ["x"]}]
    assert desk.submit(name="Ads", source="campaigns", variants=rows)["variants"].startswith("B: is empty")
    rows[1] = {"name": "B", "weight": 50, "campaigns": [cold], "landing_pages": ["/left-over"]}
    assert desk.submit(name="Ads", source="campaigns", variants=rows) == {}
    assert [one["source_ids"] for one in experiments(engine)[desk.saved[0]].variants] == [[warm], [cold]]


def test_the_sample_size_follows_what_is_typed(desk: Desk) -> None:
    assert "usual rate" in desk.lacking
    assert desk.fill(baseline="5", minimum_detectable_effect="20", daily_subjects="1000") == {
        "Per variant": "8,158", "In all": "16,316", "Days": "17",
    }  # fmt: skip
    assert desk.lacking == ""
    three = desk.fill(baseline=5, minimum_detectable_effect=20, variants=[{"name": name} for name in "abc"])
    assert three["Per variant"] == f"{sample_size(0.05, 0.2, variants=3):,}"
    assert three["Days"] == "–"


def test_money_asks_for_its_spread(desk: Desk) -> None:
    assert desk.fill(primary_metric="revenue", mean="100", minimum_detectable_effect="10")["In all"] == "–"
    assert "spread" in desk.lacking
    # z = 1.96 + 0.84; 2 (2.8 · 300 / 10)² = 14,128 and one or two more for Student's t.
    n = desk.fill(primary_metric="revenue", mean="100", spread="300", minimum_detectable_effect="10")["Per variant"]
    assert 14_127 <= int(n.replace(",", "")) <= 14_132


@pytest.mark.parametrize("wrong", [{"baseline": "0"}, {"baseline": "abc"}, {"baseline": "99", "power": "2"}])
def test_what_no_sample_size_follows_from_is_said(desk: Desk, wrong: dict[str, str]) -> None:
    assert set(desk.fill(**wrong).values()) == {"–"}
    assert desk.lacking.startswith("No sample size. ")


def test_the_sample_size_is_there_within_a_tenth_of_a_second(desk: Desk) -> None:
    begun = time.perf_counter()
    for tenths in range(1, 21):
        desk.fill(baseline=tenths / 10, daily_subjects=100)
    assert (time.perf_counter() - begun) / 20 < 0.1


def test_the_sample_size_becomes_the_target_and_nothing_else_changes(desk: Desk) -> None:
    desk.fill(baseline=5, minimum_detectable_effect=20)
    send(desk.experiment.button, "act", {"name": "use"})
    assert desk.form.added["values"] == {"target_sample_size": 16_316}


def test_the_usual_rate_is_suggested_from_the_store_unless_one_was_typed(
    new_visit: NewVisit, shop_engine: Engine, frame: NotingFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: datetime(2026, 10, 31, 12, tzinfo=UTC))
    desk = Desk(new_visit, shop_engine)
    desk.experiment.create()
    desk.fill(baseline="7")
    frame.catch_up()
    assert desk.form.added == {}
    desk.experiment.create()
    frame.catch_up()
    assert 0 < desk.form.added["values"]["baseline"] < 100


def test_a_draft_is_changed_and_a_field_left_empty_is_emptied(desk: Desk, engine: Engine) -> None:
    config = {"headline": {"en": "Warm"}}
    made = add_experiment(engine, "Old", description="Why", minimum_detectable_effect=0.05, control_config=config)
    desk.experiment.change(made)
    given = desk.form.given["values"]
    assert (given["description"], given["minimum_detectable_effect"], given["confidence_level"]) == ("Why", 5, "0.95")
    given["variants"][0]["name"] = "Usual"
    assert desk.submit(**{**given, "name": "New", "description": "", "minimum_detectable_effect": None}) == {}
    changed = experiments(engine)[made]
    assert (changed.name, changed.description, changed.minimum_detectable_effect) == ("New", None, None)
    # What a form cannot show is kept.
    assert (changed.variants[0]["name"], changed.variants[0]["config"]) == ("Usual", config)


def test_of_a_paused_experiment_only_what_leaves_it_the_same_can_be_changed(
    new_visit: NewVisit, engine: Engine
) -> None:
    made = start(engine, add_experiment(engine, "Page"))
    with writing(engine) as session:
        service.pause_experiment(session, made, now=BEGUN, by=None)
    desk = Desk(new_visit, engine)
    desk.experiment.change(made)
    keys = {field["key"] for field in desk.form.fields}
    assert not keys & {"experiment_type", "primary_metric", "source", "confidence_level", "variants"}
    assert desk.fill(baseline=5, minimum_detectable_effect=20)["Per variant"] == "8,158"
    assert desk.submit(name="Page two", primary_metric="roas") == {}
    changed = experiments(engine)[made]
    assert (changed.name, changed.primary_metric) == ("Page two", "conversion_rate")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"name": " "}, "name", ""),
        ({"experiment_type": "x"}, "experiment_type", ""),
        ({"confidence_level": "1"}, "confidence_level", "less than 1"),
        ({"target_sample_size": "0"}, "target_sample_size", ""),
        ({"minimum_detectable_effect": "much"}, "minimum_detectable_effect", "no number"),
        ({"variants": [{"name": "A"}]}, "variants", "at least 2"),
        ({"variants": [{"name": "A"}, {"name": "a"}]}, "variants", "a: 'a' is already"),
        ({"variants": [{"name": "A", "weight": "70"}, {"name": "B", "weight": "70"}]}, "variants", "add to 140"),
        ({"variants": [{"name": "A", "weight": "x"}, {"name": "B"}]}, "variants", "A: "),
        ({"variants": [{"name": "A", "config": "red"}, {"name": "B"}]}, "variants", "name = value"),
        ({"variants": [{"name": "\x00"}, {"name": "B"}]}, "variants", ""),
        ({"variants": [{"name": "A", "campaigns": ["x"] * 51}, {"name": "B"}]}, "variants", "at most 50"),
        ({"source": "observations; DROP TABLE"}, "source", ""),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(
    desk: Desk, engine: Engine, wrong: dict[str, Any], field: str, words: str
) -> None:
    send(desk.form, "check", {"values": {**FRESH, "name": "Page", **wrong}})
    assert words in desk.form.issues["by_field"][field]
    assert words in desk.submit(**{"name": "Page", **wrong})[field]
    assert (experiments(engine), desk.form.shown) == ({}, True)


def test_a_viewer_who_forges_messages_stores_nothing(new_visit: NewVisit, engine: Engine) -> None:
    before = everything(engine)
    desk = Desk(new_visit, engine, role=Role.viewer)
    assert "viewer" in desk.submit(name="Page")[""]
    assert everything(engine) == before


def test_leaving_the_page_closes_what_stands_below_the_fields(desk: Desk) -> None:
    desk.form.close()
    assert desk.experiment.kpis.closed
    assert desk.experiment.button.closed
