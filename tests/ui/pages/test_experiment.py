"""The page of one experiment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from adplanning.core.errors import NotFound
from adplanning.core.vocabulary import Role
from adplanning.experiments.observation_service import add_observations
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.chart import ChartCard
from adplanning.ui.columns import Columns
from adplanning.ui.details import Details
from adplanning.ui.form import Form
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices
from adplanning.ui.pages.experiment import experiment_page
from adplanning.ui.pages.experiment_charts import NOBODY
from adplanning.ui.table import Table
from adplanning.ui.timeline import Timeline
from adplanning.ui.visit import Visit
from tests.ui.conftest import NewVisit
from tests.ui.pages.advertised import account, campaign
from tests.ui.pages.experimented import BEGUN, KOLKATA, add_experiment, banner, experiments, observed, start, stop
from tests.ui.visiting import NotingFrame, everything, send, the


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: BEGUN + timedelta(days=10))


class Opened:
    """The page with what stands in its columns, once all is drawn."""

    def __init__(self, new_visit: NewVisit, engine: Engine, experiment_id: str, role: Role = Role.analyst) -> None:
        visit = new_visit(engine, role, experiment_id)
        self.widgets = list(experiment_page(visit, experiment_id))
        columns = the(Columns, self.widgets)
        assert isinstance(visit.frame, NotingFrame)
        visit.frame.catch_up()
        self.main, self.side = list(columns.main), list(columns.side)

    @property
    def groups(self) -> dict[str, dict[str, Mapping[str, Any]]]:
        shown = [widget for widget in (*self.main, *self.side) if isinstance(widget, Details)]
        return {
            group["title"]: {row["label"]: row["cell"] for row in group["rows"]}
            for details in shown
            for group in details.groups
        }

    def words(self, group: str) -> dict[str, str | None]:
        return {label: cell["text"] for label, cell in self.groups[group].items()}

    @property
    def kpis(self) -> dict[str, Mapping[str, Any]]:
        return {item["label"]: item for item in the(Kpis, self.main).items}

    @property
    def notices(self) -> dict[str, str]:
        return {item["words"]: item["kind"] for item in the(Notices, self.widgets).items}

    @property
    def buttons(self) -> list[str]:
        return [action["title"] for one in self.widgets if isinstance(one, Details) for action in one.actions]

    def press(self, name: str) -> None:
        for one in self.widgets:
            if isinstance(one, Details):
                send(one, "act", {"name": name})

    def form(self, title: str) -> Form:
        [found] = [one for one in self.widgets if isinstance(one, Form) and one.title.startswith(title)]
        return found


def test_an_experiment_is_told_as_it_was_planned(new_visit: NewVisit, engine: Engine, frame: NotingFrame) -> None:
    made = add_experiment(
        engine, "Banner", hypothesis="Sun sells", minimum_detectable_effect=0.1, traffic_split=60,
        treatment_config={"headline": "Sun"},
    )  # fmt: skip
    page = Opened(new_visit, engine, made)
    assert frame.titles == ["Banner"]
    told = page.words("General information")
    assert (told["Status"], told["Type"], told["Primary metric"]) == ("Draft", "Landing page", "Conversion rate")
    assert (told["Hypothesis"], told["Confidence level"]) == ("Sun sells", "95%")
    assert told["Smallest change worth finding"] == "10.0%"
    rows = {row["name"]: row["cells"] for row in the(Table, page.main).rows}
    assert (rows["Control"]["weight"]["text"], rows["Treatment"]["weight"]["text"]) == ("60%", "40%")
    assert rows["Treatment"]["config"]["text"] == "headline = Sun"


def test_a_draft_has_no_numbers_and_says_why(new_visit: NewVisit, engine: Engine) -> None:
    page = Opened(new_visit, engine, add_experiment(engine, "Banner"))
    assert {label: item["value"] for label, item in page.kpis.items()} == {"Control": "–", "Treatment": "–"}
    assert page.words("Result")["Significance"] == "No result yet"
    assert page.words("Result")["P-value"] == page.words("Result")["P-value, always valid"] == "–"
    assert the(Kpis, page.main).caption == ""
    assert {"Results", "Treatment against Control"}.isdisjoint(page.groups)
    assert (the(ChartCard, page.main).spec, the(ChartCard, page.main).empty) == (None, NOBODY)
    assert page.notices == {}
    assert page.words("Timeline") == {"Created": "2 Nov 2026, 12:00", "Started": "–", "Ended": "–", "Ran for": None}


def test_a_treatment_is_held_against_its_control(new_visit: NewVisit, engine: Engine) -> None:
    page = Opened(new_visit, engine, banner(engine, target_sample_size=20_000))
    kpis = page.kpis
    assert (kpis["Winter banner"]["value"], kpis["Summer banner"]["value"]) == ("8.18%", "12.80%")
    assert kpis["Winter banner"]["words"] == "7.45% to 8.97%"
    assert kpis["Summer banner"]["badge"]["text"] == "Significantly better"
    results = page.words("Results")
    assert results["Conversion rate, Winter banner"] == "8.18% (7.45% to 8.97%)"
    assert str(results["Conversion rate, Summer banner"]).startswith("12.80% (")
    assert results["Winner"] == "Summer banner"
    assert page.notices[str(results["Recommendation"])] == "good"
    against = page.words("Summer banner against Winter banner")
    assert str(against["Lift"]).startswith("+56.5% (+")
    assert str(against["Difference"]).startswith("+4.62 points (+")
    assert against["P-value, one look"] == "below 0.001"
    assert against["May be stopped now"] == "Yes, it has decided"
    assert "… among several variants" not in against
    assert page.words("Progress")["Subjects"] == "10,000 of 20,000 (50%)"
    assert page.groups["Progress"]["Subjects"]["share"] == 0.5
    assert page.words("Result")["Winner"] == "Summer banner"
    assert "good" in page.notices.values()
    assert "always-valid results only" in the(Kpis, page.main).caption


def test_how_sure_it_was_is_drawn_day_by_day(new_visit: NewVisit, engine: Engine) -> None:
    card = the(ChartCard, Opened(new_visit, engine, banner(engine)).main)
    assert card.spec is not None
    lines = card.rows_csv.splitlines()
    assert lines[0].startswith("on,n_subjects,difference,lower,upper")
    assert len(lines) == 11


def test_several_treatments_are_each_told_with_the_adjustment(new_visit: NewVisit, engine: Engine) -> None:
    variants = [{"name": name, "weight": 25} for name in ("Now", "Red", "Green", "Blue")]
    made = start(engine, add_experiment(engine, "Colours", variants=variants))
    observed(engine, made, [[(1000, 50), (1000, 90), (1000, 52), (1000, 20)]])
    page = Opened(new_visit, engine, made)
    assert [item["badge"] and item["badge"]["text"] for item in page.kpis.values()] == [
        None, "Significantly better", "Not significant", "Significantly worse",
    ]  # fmt: skip
    assert [item["badge"]["colour"] for item in page.kpis.values() if item["badge"]] == ["green", "grey", "red"]
    assert "… among several variants" in page.words("Red against Now")
    assert page.words("Result")["Treatment"] == "Red"
    reached, *sequences = [one for one in page.main if isinstance(one, ChartCard)]
    assert reached.rows_csv.splitlines()[2].startswith("Red,")
    assert [one.title.split()[2] for one in sequences] == ["Red", "Green", "Blue"]


def test_lower_costs_are_better(new_visit: NewVisit, engine: Engine) -> None:
    made = start(engine, add_experiment(engine, "Bids", primary_metric="cpc", experiment_type="bidding"))
    told = [
        {"variant": variant, "subject": f"{variant}{n}", "value": cost + n % 7, "denominator": 10.0 + n % 3}
        for variant, cost in (("control", 50.0), ("treatment", 40.0))
        for n in range(200)
    ]
    with writing(engine) as session:
        add_observations(session, made, told, now=BEGUN, zone=KOLKATA)
    page = Opened(new_visit, engine, made)
    assert page.kpis["Treatment"]["value"].startswith("₹3.")
    assert page.kpis["Treatment"]["badge"] == {
        "text": "Significantly better",
        "colour": "green",
        "icon": "mdi-thumb-up-outline",
    }
    assert str(page.words("Treatment against Control")["Lift"]).startswith("−")


def test_an_always_valid_result_says_from_when_on_there_is_one(new_visit: NewVisit, engine: Engine) -> None:
    made = start(engine, add_experiment(engine, "Bundle", primary_metric="revenue"))
    told = [{"variant": arm, "subject": f"{arm}{n}", "value": n} for arm in ("control", "treatment") for n in range(60)]
    with writing(engine) as session:
        add_observations(session, made, told, now=BEGUN, zone=KOLKATA)
    found = Opened(new_visit, engine, made).words("Result")
    assert found["P-value, always valid"] == "from 100 subjects of each variant on"
    assert found["P-value"] != "–"


def test_what_speaks_against_a_result_stands_above_it(new_visit: NewVisit, engine: Engine) -> None:
    made = observed(engine, start(engine, add_experiment(engine, "Page")), [[(1200, 100), (800, 90)]])
    feed = {"warnings": [{"code": "uneven_delivery", "words": "Shown unevenly by age."}], "words": ["A customer."]}
    with write_transaction(engine) as connection:
        connection.execute(update(TABLES["experiments"]).values(feed=feed, n_contaminated=3))
    page = Opened(new_visit, engine, made)
    [first, *_] = page.notices.items()
    assert first[0].startswith("Do not trust this yet: the split is off")
    assert not [words for words in page.notices if words.startswith("The split is off")]
    assert first[1] == "bad"
    assert page.notices["Shown unevenly by age."] == "warning"
    assert page.words("Progress")["Left out"] == "3"
    assert page.words("General information")["What is counted"] == "A customer."


def test_a_split_that_is_off_has_nobody_praised(new_visit: NewVisit, engine: Engine) -> None:
    made = observed(engine, start(engine, add_experiment(engine, "Film")), [[(3000, 150), (2000, 240)]])
    page = Opened(new_visit, engine, made)
    assert page.kpis["Treatment"]["badge"]["text"] == page.words("Result")["Significance"] == "Split is off"
    assert the(Table, page.main).rows[1]["cells"]["verdict"]["text"] == "Split is off"
    assert page.words("Treatment against Control")["May be stopped now"] == "Yes, to begin anew: the split is off"
    assert page.words("Result")["Winner"] == "None"
    stop(engine, made)
    page = Opened(new_visit, engine, made)
    assert page.words("Result")["Winner"] == "None"
    assert "good" not in page.notices.values()
    assert any(words.startswith("Do not trust this yet") for words in page.notices)


def test_how_a_platform_has_shown_the_variants_is_told(new_visit: NewVisit, engine: Engine) -> None:
    account(engine)
    warm, cold = campaign(engine, "Warm"), campaign(engine, "Cold")
    made = add_experiment(
        engine, "Ads", source="campaigns", control_source_ids=[warm], treatment_source_ids=[cold], primary_metric="ctr"
    )
    start(engine, made)
    one = {
        "variant_id": "control", "n_impressions": 1000, "share": 0.25, "planned_share": 0.5, "click_rate": 0.02,
        "click_rate_alike": None,
    }  # fmt: skip
    feed = {"unit": "day", "warnings": [], "words": [], "delivery": {"split": {"variants": [one]}}}
    with write_transaction(engine) as connection:
        connection.execute(update(TABLES["experiments"]).values(feed=feed))
    page = Opened(new_visit, engine, made)
    assert page.words("Control, as shown") == {
        "Impressions": "1,000", "Share of impressions": "25.0%", "Planned share": "50.0%",
        "Clicks an impression": "2.00%", "… over the same audience": "–",
    }  # fmt: skip
    rows = {row["name"]: row["cells"]["sources"]["text"] for row in the(Table, page.main).rows}
    assert rows == {"Control": "Warm", "Treatment": "Cold"}
    titles = [column["title"] for column in the(Table, page.main).columns]
    assert "Days" in titles
    assert not {"Subjects", "Converted"} & set(titles)
    assert "Left out" not in page.words("Progress")
    assert "Update now" in page.buttons


def test_it_is_started_paused_gone_on_with_and_stopped(new_visit: NewVisit, engine: Engine, frame: NotingFrame) -> None:
    made = add_experiment(engine, "Page")

    def opened() -> Opened:
        return Opened(new_visit, engine, made)

    assert opened().buttons == ["Start", "Edit", "Delete"]
    opened().press("start")
    assert experiments(engine)[made].status == "draft"
    title, then = frame.questions[-1]
    assert title == "Start “Page”?"
    then()
    assert experiments(engine)[made].status == "running"
    assert opened().buttons == ["Pause", "Stop"]
    opened().press("pause")
    assert experiments(engine)[made].status == "paused"
    assert opened().buttons == ["Go on", "Stop", "Edit"]
    opened().press("resume")
    page = opened()
    page.press("stop")
    form = page.form("Stop")
    assert form.shown
    send(form, "submit", {"values": {"reason": "Christmas", "winner": "nobody"}})
    assert "winner" in form.issues["by_field"]
    send(form, "submit", {"values": {"reason": "Christmas", "winner": "treatment"}})
    stopped = experiments(engine)[made]
    assert (stopped.status, stopped.stop_reason, stopped.winner) == ("completed", "Christmas", "treatment")
    page = opened()
    assert page.buttons == []
    assert page.words("Result")["Winner"] == "Treatment"
    assert page.words("Timeline")["Ended because"] == "Christmas"
    trail = the(Timeline, page.side).items
    assert [one["badge"]["text"] for one in trail] == ["Completed", "Went on", "Paused", "Started", "Created"]
    assert [one["words"] for one in trail] == ["by Asha"] * 5


def test_what_a_change_has_made_of_what_is_told(new_visit: NewVisit, engine: Engine) -> None:
    made = add_experiment(engine, "Page")
    page = Opened(new_visit, engine, made)
    page.press("edit")
    form = page.form("Change")
    send(form, "submit", {"values": {**form.given["values"], "name": "Page two"}})
    assert form.issues["by_field"] == {}
    [edited, _] = the(Timeline, Opened(new_visit, engine, made).side).items
    assert edited["facts"] == {"Name": "Page → Page two"}


def test_a_draft_is_deleted_after_a_question(new_visit: NewVisit, engine: Engine, frame: NotingFrame) -> None:
    made = add_experiment(engine, "Page")
    Opened(new_visit, engine, made).press("delete")
    assert made in experiments(engine)
    frame.questions[-1][1]()
    assert experiments(engine) == {}
    assert frame.gone_to == ["/app/ad-planning/experiments"]


def test_what_was_ended_before_its_time_says_so(new_visit: NewVisit, engine: Engine) -> None:
    made = banner(engine, target_sample_size=1_000_000)
    stop(engine, made, winner="treatment")
    assert Opened(new_visit, engine, made).words("Timeline")["Ended"] == "16 Nov 2026, 12:00"


def test_one_that_is_not_there_is_no_page(new_visit: NewVisit, engine: Engine) -> None:
    with pytest.raises(NotFound):
        experiment_page(new_visit(engine), "exp_0")


def test_a_viewer_reads_and_forged_messages_change_nothing(new_visit: NewVisit, engine: Engine) -> None:
    made = banner(engine)
    before = everything(engine)
    page = Opened(new_visit, engine, made, Role.viewer)
    assert page.buttons == []
    assert not [one for one in page.widgets if isinstance(one, Form)]
    for name in ("start", "pause", "stop", "resume", "edit", "delete", "update"):
        page.press(name)
    assert everything(engine) == before


def test_leaving_the_page_closes_what_stands_in_its_columns(new_visit: NewVisit, engine: Engine) -> None:
    page = Opened(new_visit, engine, add_experiment(engine, "Page"))
    for widget in page.widgets:
        widget.close()
    assert all(widget.closed for widget in (*page.main, *page.side))
