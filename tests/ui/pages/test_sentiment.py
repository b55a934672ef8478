"""The pages of sentiment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import NotFound
from adplanning.core.vocabulary import TextSource
from adplanning.sentiment.analysis import analysis
from adplanning.sentiment.fields import SentimentFields
from adplanning.sentiment.service import keep_analysis
from adplanning.store.session import writing
from adplanning.ui.chart import ChartCard
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices
from adplanning.ui.pages.sentiment import sentiment_page
from adplanning.ui.table import Table
from tests.ui.conftest import NewVisit
from tests.ui.visiting import NotingFrame, send, the

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAID = {
    "good": ("The fabric is lovely and the colours are beautiful.", TextSource.review),
    "bad": ("Terrible quality, and the delivery was late.", TextSource.feedback),
    "hindi": ("bahut accha hai", TextSource.feedback),
    "hostile": ("<img src=x onerror=alert(1)> is great, thanks", TextSource.social_comment),
}


@pytest.fixture
def said(engine: Engine) -> dict[str, str]:
    """Four texts, a day between each; their ids by what they are."""
    ids = {}
    for n, (name, (words, source)) in enumerate(SAID.items()):
        fields = SentimentFields(text=words, source_type=source, source_id=name, person_id=f"person_{name}")
        with writing(engine) as session:
            at = NOON + timedelta(days=n)
            ids[name] = keep_analysis(session, fields, analysis(words), zone=at.tzinfo, now=at).id  # type: ignore[arg-type]
    return ids


def opened(new_visit: NewVisit, frame: NotingFrame, engine: Engine, **options: Any) -> list[Any]:
    widgets = list(sentiment_page(new_visit(engine, **options)))
    frame.catch_up()
    return widgets


def figures(widgets: list[Any]) -> dict[str, str]:
    return {item["label"]: item["value"] for item in the(Kpis, widgets).items}


def charts(widgets: list[Any]) -> list[ChartCard]:
    return [widget for widget in widgets if isinstance(widget, ChartCard)]


def test_texts_stand_newest_first_with_label_score_source_and_person(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, said: dict[str, str]
) -> None:
    table = the(Table, opened(new_visit, frame, engine))
    assert [row["id"] for row in table.rows] == [said[name] for name in ("hostile", "hindi", "bad", "good")]
    cells = {row["id"]: row["cells"] for row in table.rows}
    assert cells[said["good"]]["sentiment_label"]["text"] in ("Positive", "Very positive")
    assert cells[said["bad"]]["source_type"]["text"] == "Feedback"
    assert cells[said["bad"]]["sentiment_score"]["text"].startswith("−0.")
    assert cells[said["bad"]]["person_id"]["href"] == "/app/ad-planning/journeys/person_bad"


def test_what_could_not_be_analysed_is_told_apart_with_the_reason(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, said: dict[str, str]
) -> None:
    widgets = opened(new_visit, frame, engine)
    [row] = [row for row in the(Table, widgets).rows if row["id"] == said["hindi"]]
    assert (row["cells"]["sentiment_label"]["text"], row["cells"]["sentiment_score"]["text"]) == ("Not analysed", "–")
    assert "Hindi" in row["cells"]["sentiment_label"]["hint"]
    assert (figures(widgets)["Texts"], figures(widgets)["Not analysed"], figures(widgets)["Positive"]) == (
        "4",
        "1",
        "66.7%",
    )


@pytest.mark.usefixtures("said")
def test_filters_narrow_the_list_and_the_figures_alike(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, engine)
    table = the(Table, widgets)
    for asked, n in (
        ({"source_type": "feedback"}, 2),
        ({"sentiment_label": "not_analysed"}, 1),
        ({"search": "person_good"}, 1),
        ({"search": "DELIVERY"}, 1),
        ({"from_date": "2026-11-23", "to_date": "2026-11-24"}, 2),
    ):
        send(table, "ask", asked)
        frame.catch_up()
        assert (table.total, figures(widgets)["Texts"]) == (n, str(n)), asked
    assert frame.kept[-1] == {"from_date": "2026-11-23", "to_date": "2026-11-24"}


@pytest.mark.usefixtures("said")
def test_four_charts_show_course_labels_topics_and_keywords(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame
) -> None:
    cards = charts(opened(new_visit, frame, engine))
    assert [card.file_name for card in cards] == [
        "sentiment-over-time",
        "sentiment-labels",
        "sentiment-topics",
        "sentiment-keywords",
    ]
    assert all(card.spec for card in cards)
    assert "quality" in cards[2].rows_csv


def test_an_empty_store_says_how_texts_come_in(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    widgets = opened(new_visit, frame, engine)
    table = the(Table, widgets)
    assert (table.total, figures(widgets)["Mean score"]) == (0, "–")
    assert all(card.spec is None and card.empty for card in charts(widgets))
    assert "Analyse texts" in table.empty


def test_one_text_shows_all_that_is_told_of_it(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, said: dict[str, str]
) -> None:
    widgets = opened(new_visit, frame, engine, record_id=said["bad"])
    shown = {row["label"]: row["cell"]["text"] for group in the(Details, widgets).groups for row in group["rows"]}
    assert shown["Text"] == SAID["bad"][0]
    assert (shown["Topics"], shown["Language"], shown["Told by"]) == ("delivery, quality", "en", "Built-in (VADER)")
    assert the(Notices, widgets).items == []
    [notice] = the(Notices, opened(new_visit, frame, engine, record_id=said["hindi"])).items
    assert notice["words"].startswith("Not analysed: The text is in Hindi")


def test_a_text_that_nobody_knows_is_not_found(engine: Engine, new_visit: NewVisit, frame: NotingFrame) -> None:
    with pytest.raises(NotFound):
        opened(new_visit, frame, engine, record_id="sent_none")


def test_the_csv_has_the_whole_text_and_no_formula(
    engine: Engine, new_visit: NewVisit, frame: NotingFrame, said: dict[str, str]
) -> None:
    table = the(Table, opened(new_visit, frame, engine))
    send(table, "export_rows", {"n": 0})
    assert SAID["bad"][0] in table.exporting["part"]
    assert said["hindi"] in table.exporting["part"]
