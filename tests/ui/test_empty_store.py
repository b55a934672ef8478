"""A fresh install: what every page says before anything has come in."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.vocabulary import Role
from adplanning.ui.catalogue import PAGES, ROOT, page_at
from adplanning.ui.component import Component
from adplanning.ui.first_steps import FIRST_STEPS, first_step
from adplanning.ui.kpis import Kpis
from adplanning.ui.main_button import MainButton
from adplanning.ui.notices import Notices
from adplanning.ui.table import Table
from adplanning.ui.upload import Upload
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame

VIEWS = [
    *((slug, "") for slug in PAGES),
    *(("ad-planning/journeys", view) for view in ("time", "retention", "ways")),
    *(("ad-planning/scores", view) for view in ("at-risk", "nps", "model")),
    *(("ad-planning/forecasts", view) for view in ("accuracy", "budget", "plans")),
    ("meta-ads/leads", "board"),
]
# The first two lead on from their own parts; on the others, what is made or chosen needs nothing from elsewhere.
BEGINS_ITSELF = {
    *("ad-planning", "ad-planning/metrics", "meta-ads/connection"),
    *("ad-planning/import", "ad-planning/batch-runs", "ad-planning/settings"),
}
# Words of headline numbers that divide one thing by another: without the other they are not known.
RATIOS = (
    "rate",
    "roas",
    "ctr",
    "cpc",
    "cpm",
    "cpl",
    "cpa",
    "average",
    "per ",
    "share",
    "matched",
    "nps",
    "half ",
    "error",
)
# What of a widget is not for reading, and changes with every import of it.
UNSEEN = {"template", "layout", "components", "source", "rows_csv"}


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, slug: str, view: str = "") -> list[Component]:
    """The page as it stands once all of it is there."""
    module, name = PAGES[slug].function.split(":")
    visit = new_visit(engine, **({"view": view} if view else {}))
    page = getattr(import_module(f"adplanning.ui.pages.{module}"), name)
    shown = [*first_step(visit, slug), *page(visit)]
    while frame.jobs:
        frame.catch_up()
    return shown


def texts(value: Any) -> Iterator[str]:
    """Every text that stands somewhere in what a widget shows."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def leads_on(first: Component) -> None:
    """It says in a sentence what would be here, and has one link to where the first of it comes from."""
    assert isinstance(first, Notices)
    [notice] = first.items
    assert notice["words"].endswith(".")
    assert notice["link"]
    match = page_at(notice["href"].removeprefix(ROOT))
    assert match is not None
    assert match.slug in BEGINS_ITSELF


@pytest.mark.parametrize(("slug", "view"), VIEWS)
def test_every_page_of_a_fresh_install_opens_leads_on_and_pretends_nothing(
    new_visit: NewVisit, frame: NotingFrame, engine: Engine, slug: str, view: str
) -> None:
    shown = opened(new_visit, frame, engine, slug, view)
    assert shown
    assert frame.toasts == []
    # It has one place on the page, where a second one would lie over the first.
    assert sum(isinstance(widget, MainButton) for widget in shown) <= 1
    assert [widget.fault for widget in shown if isinstance(widget, Table) and widget.fault] == []
    if slug not in BEGINS_ITSELF:
        leads_on(shown[0])
    assert [
        item["label"]
        for widget in shown
        if isinstance(widget, Kpis)
        for item in widget.items
        if item["value"] != "–" and any(word in item["label"].lower() for word in RATIOS)
    ] == []
    said = [
        words.lower()
        for widget in shown
        for words in texts([getattr(widget, name) for name in widget.keys if name not in UNSEEN])
    ]
    assert [words for words in said if words in ("none", "nan", "nan%") or "coming soon" in words] == []


def test_the_two_pages_that_all_others_lead_to_say_how_to_begin(
    new_visit: NewVisit, frame: NotingFrame, engine: Engine
) -> None:
    [upload] = [one for one in opened(new_visit, frame, engine, "ad-planning/import") if isinstance(one, Upload)]
    assert upload.title
    notices = [one for one in opened(new_visit, frame, engine, "meta-ads/connection") if isinstance(one, Notices)]
    assert "ADPLANNING_META_ACCESS_TOKEN" in notices[0].items[0]["words"]


def test_a_page_whose_facts_have_come_says_nothing_of_a_first_step(new_visit: NewVisit, shop_engine: Engine) -> None:
    visit = new_visit(shop_engine, Role.viewer)
    assert [slug for slug in ("ad-planning/conversions", "ad-planning/scores", "meta-ads/campaigns")
            if first_step(visit, slug)] == []  # fmt: skip
    assert first_step(visit, "meta-ads/leads") != []


def test_every_first_step_is_of_a_page() -> None:
    assert set(FIRST_STEPS) <= set(PAGES)
