"""What a weekly report tells of a shop, in words and as a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

import adplanning
from adplanning import weekly_report_print
from adplanning.core.errors import InvalidData
from adplanning.metrics.figures_service import Comparison, Figure
from adplanning.reports.charts import course_chart
from adplanning.weekly_report import ForecastHeld, WeeklyNumbers, weekly_numbers
from adplanning.weekly_report_page import report_html
from adplanning.weekly_report_print import print_pdf
from adplanning.weekly_report_words import findings
from adplanning.workspace import Workspace

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
WEEK = ("2026-10-19", "2026-10-25")


@pytest.fixture(scope="module")
def ws() -> Workspace:
    return adplanning.example()


@pytest.fixture(scope="module")
def numbers(ws: Workspace) -> WeeklyNumbers:
    return weekly_numbers(ws, as_of="2026-10-31", weeks=1, now=NOW)


def page(numbers: WeeklyNumbers) -> str:
    return report_html(numbers, {}, now=NOW)


def test_its_numbers_are_those_of_the_workspace(ws: Workspace, numbers: WeeklyNumbers) -> None:
    known = {row["metric"]: row for row in ws.metrics(WEEK).iter_rows(named=True)}
    assert (numbers.days.first_on, numbers.days.last_on) == (date(2026, 10, 19), date(2026, 10, 25))
    assert numbers.figures["revenue"].now.value == round(100 * known["revenue"]["value"])
    assert numbers.figures["roas"].now.value == known["roas"]["value"]
    assert 100 * (numbers.figures["ad_spend"].change or 0) == pytest.approx(known["ad_spend"]["change"])
    assert numbers.campaigns["ad_spend"].sum() == numbers.figures["ad_spend"].now.value
    assert numbers.campaigns["ad_spend_before"].sum() == numbers.figures["ad_spend"].before.value  # type: ignore[union-attr]
    assert numbers.funnel["n"].to_list() == ws.funnel(WEEK)["n"].to_list()


def test_what_is_usual_is_not_told_of_a_store_that_knows_less_than_four_weeks(numbers: WeeklyNumbers) -> None:
    assert numbers.usual == {}
    assert "What is usual, the mean of the 4 weeks before, is told once the store knows them." in page(numbers)
    assert numbers.course["on"].min() == date(2026, 10, 11)  # where its facts begin


def test_a_day_that_is_not_over_is_refused(ws: Workspace) -> None:
    with pytest.raises(InvalidData, match="as_of: 2026-11-02 is not over"):
        weekly_numbers(ws, as_of="2026-11-02", weeks=1, now=NOW)


def test_the_findings_are_sentences_with_the_numbers_in_them(numbers: WeeklyNumbers) -> None:
    told = findings(numbers)
    assert told[0] == "Revenue was ₹40.6K, 88.6% more than the week before."
    assert told[1] == (
        "Ads cost ₹6.78K, 3.2% more than the week before; ROAS (all revenue ÷ ad spend) was 5.99×, "
        "3.27× the week before."
    )
    assert all(words.endswith((".", ":")) for words in told)


def test_a_forecast_is_held_against_what_came(numbers: WeeklyNumbers) -> None:
    held = [ForecastHeld("revenue", 50_000.0, 40_000.0, 7, 5), ForecastHeld("spend", 1.0, 1.0, 7, 7)]
    told = findings(replace(numbers, forecasts=held))
    assert (
        "Attributed revenue was forecast to be ₹50K, and ₹40K came, 20.0% less; 5 of 7 days lay within their bounds."
        in told
    )
    unknown = findings(replace(numbers, forecasts=[replace(held[0], actual=None)]))
    assert "₹50K of attributed revenue was forecast; what came is not known of every day." in unknown


def test_what_is_not_known_is_said_with_its_reason_and_is_no_number(numbers: WeeklyNumbers) -> None:
    unknown = Comparison(Figure(None, "USD 5.00 has no exchange rate."), None, None, ())
    lacking = replace(numbers, figures=numbers.figures | {"revenue": unknown}, gaps=["USD 5.00 has no exchange rate."])
    assert findings(lacking)[0] == "Revenue is not known: USD 5.00 has no exchange rate."
    assert "What these numbers lack" in page(lacking)


@pytest.mark.parametrize(("now", "before", "words"), [(0, 0, "as before"), (3, 0, "none before"), (3, 2, "+50.0%")])
def test_a_change_from_nothing_is_said_in_words(numbers: WeeklyNumbers, now: int, before: int, words: str) -> None:
    change = (now - before) / before if before else None
    leads = Comparison(Figure(now), Figure(before), change, ())
    assert f">{words}</p>" in page(replace(numbers, figures=numbers.figures | {"leads": leads}))


def test_nothing_in_the_page_runs_or_loads_whatever_a_campaign_is_called(numbers: WeeklyNumbers) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    named = numbers.campaigns.with_columns(campaign_name=pl.lit(hostile))
    html = page(replace(numbers, campaigns=named, gaps=[hostile]))
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "default-src 'none'" in html


def test_an_empty_shop_has_a_report_too(tmp_path: Path) -> None:
    empty = adplanning.open(f"sqlite:///{tmp_path / 'empty.db'}")
    numbers = weekly_numbers(empty, as_of="2026-10-31", weeks=1, now=NOW)
    html = page(numbers)
    assert "No campaign spent or brought anything." in html
    assert course_chart(numbers.course, first_on=numbers.days.first_on, currency="INR").to_dict()


def test_without_a_browser_there_is_a_reason_in_place_of_a_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weekly_report_print, "BROWSERS", ("no-such-browser",))
    fault = print_pdf(tmp_path / "a.html", tmp_path / "a.pdf")
    assert fault == "no browser to print a PDF with; install one of no-such-browser"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exec sleep 60", "the browser took longer than 0.2 seconds and was stopped"),
        ("exit 3", "the browser ended with code 3"),
        ("exit 0", "the browser has printed nothing"),
    ],
)
def test_a_browser_that_does_not_print_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str
) -> None:
    (tmp_path / "browser").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "browser").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(weekly_report_print, "BROWSERS", ("browser",))
    longest_s = 0.2 if "sleep" in script else 30
    assert print_pdf(tmp_path / "a.html", tmp_path / "a.pdf", longest_s=longest_s) == why
    assert not (tmp_path / "a.pdf").exists()
