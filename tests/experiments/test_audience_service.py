"""To whom the variants were shown, as a file tells it."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine, select

from adplanning.core.errors import Conflict, InvalidData
from adplanning.core.settings import Settings
from adplanning.experiments.audience_service import delivery_to, keep_audience, shown_to
from adplanning.experiments.feeding_service import keep_count
from adplanning.experiments.results_service import results_of
from adplanning.imports.importing import import_file
from adplanning.store.session import reading, writing
from adplanning.store.tables.ads import AdSet, Campaign
from adplanning.store.tables.experiments import Experiment
from adplanning.workspace import Workspace
from tests.experiments.shop import count, experiment, hours

REAL = Path(os.environ.get("ADPLANNING_REAL_DATA", "not given"))
HEADER = "Campaign name,Ad Set Name,Ad name,Day,Gender,Age,Amount spent (INR),Impressions,Clicks (all)"
FILE = [
    HEADER,
    "Split,Sun,Ad 1,2026-11-02,female,18-24,10,900,18",
    "Split,Sun,Ad 1,2026-11-02,female,65+,10,100,6",
    "Split,Moon,Ad 2,2026-11-02,female,18-24,10,100,3",
    "Split,Moon,Ad 2,2026-11-02,female,65+,10,900,72",
    "Other,Sun,Ad 3,2026-11-02,female,65+,10,999,1",
]
SETTINGS = Settings(_env_file=None, currency="INR", timezone="Asia/Kolkata")


def ad_sets(engine: Engine, campaign: str, *names: str) -> list[str]:
    query = select(AdSet.name, AdSet.id).join(Campaign, AdSet.campaign_id == Campaign.id)
    with reading(engine) as session:
        ids = {row.name: row.id for row in session.execute(query.where(Campaign.name == campaign))}
    return [ids[name] for name in names]


@pytest.fixture
def export(engine: Engine, tmp_path: Path) -> Path:
    """An export split by age and gender, which is in the store already."""
    path = tmp_path / "export.csv"
    path.write_text("\n".join(FILE) + "\n")
    import_file(engine, "meta-export", path, settings=SETTINGS, now=hours(0))
    return path


def kept_warnings(engine: Engine) -> list[str]:
    with reading(engine) as session:
        row = session.get_one(Experiment, "exp_1")
        return [one.words for one in results_of(session, row, now=hours(99)).analysis.warnings]


def test_a_file_split_by_age_and_gender_warns_of_an_uneven_delivery_that_no_day_shows(
    engine: Engine, export: Path
) -> None:
    sun, moon = ad_sets(engine, "Split", "Sun", "Moon")
    experiment(engine, "ad_sets", "ctr", {"sun": [sun], "moon": [moon]})
    workspace = Workspace(engine, SETTINGS)
    with pytest.raises(Conflict, match="not counted yet"):
        workspace.experiment_audience("exp_1", export, keep=True)
    with writing(engine) as session:
        keep_count(session, "exp_1", count(engine), now=hours(99))
    assert not any("age" in words for words in kept_warnings(engine))
    shown = workspace.experiment_audience("exp_1", export, keep=True)
    assert shown.select("group", "variant_id", "n_impressions", "share").rows() == [
        ("female 18-24", "moon", 100, 0.1), ("female 18-24", "sun", 900, 0.9),
        ("female 65+", "moon", 900, 0.9), ("female 65+", "sun", 100, 0.1),
    ]  # fmt: skip
    warned = [words for words in kept_warnings(engine) if words.startswith("By age and gender")]
    assert len(warned) == 1
    assert "80% of the impressions" in warned[0]
    with writing(engine) as session:
        keep_count(session, "exp_1", count(engine), now=hours(100))
    assert [words for words in kept_warnings(engine) if words.startswith("By age and gender")] == warned


def test_what_says_nothing_of_the_variants_is_refused(engine: Engine, export: Path, tmp_path: Path) -> None:
    (sun,) = ad_sets(engine, "Split", "Sun")
    experiment(engine, "ad_sets", "ctr", {"sun": [sun], "moon": ["set_deleted"]})
    experiment(engine, "landing_pages", "leads", {"sun": ["/sun"], "moon": ["/moon"]}, id="exp_2")
    workspace = Workspace(engine, SETTINGS)
    with pytest.raises(InvalidData, match="only campaigns and ad sets"):
        workspace.experiment_audience("exp_2", export)
    others = tmp_path / "others.csv"
    others.write_text("\n".join([HEADER, "Split,Star,Ad 9,2026-11-02,female,65+,10,999,1"]))
    with pytest.raises(InvalidData, match="none of the variants' ad sets"):
        workspace.experiment_audience("exp_1", others)
    whole = tmp_path / "whole.csv"
    whole.write_text("Campaign name,Ad Set Name,Day,Amount spent (INR),Impressions\nSplit,Sun,2026-11-02,10,9\n")
    with pytest.raises(InvalidData, match="not split into groups"):
        workspace.experiment_audience("exp_1", whole)


def test_campaigns_are_told_by_their_names_in_whatever_case(any_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("\n".join(FILE) + "\n")
    import_file(any_engine, "meta-export", path, settings=SETTINGS, now=hours(0))
    with reading(any_engine) as session:
        campaign_id = session.scalars(select(AdSet.campaign_id).where(AdSet.name == "Moon")).one()
    experiment(any_engine, "campaigns", "ctr", {"split": [campaign_id], "other": ["camp_x"]})
    told = pl.DataFrame(
        {"campaign": [" SPLIT "], "ad_set": ["x"], "group": ["65+"], "n_impressions": [5], "n_clicks": [1]}
    )
    with reading(any_engine) as session:
        row = session.get_one(Experiment, "exp_1")
        shown = shown_to(session, row, told)
        assert shown.rows() == [("split", "65+", 5, 1)]
        found = delivery_to(row, shown, by="age")
    with pytest.raises(Conflict, match="not counted yet"), writing(any_engine) as session:
        keep_audience(session, "exp_1", found, now=hours(1))


@pytest.mark.skipif(not REAL.is_dir(), reason="ADPLANNING_REAL_DATA names no folder")
def test_a_real_comparison_of_ad_sets_is_not_taken_for_a_randomised_test(engine: Engine) -> None:
    path = REAL / "meta_ads_manager_export" / "ads_manager_daily_age_gender.csv"
    now = datetime(2024, 12, 10, tzinfo=UTC)
    import_file(engine, "meta-export", path, settings=SETTINGS, now=now)
    brand, human = ad_sets(engine, "Dirty A/B testing", "Brand + Product Group A", "HumanCustumer Group B")
    began = datetime(2024, 11, 27, tzinfo=UTC)
    experiment(engine, "ad_sets", "ctr", {"brand": [brand], "human": [human]}, started_at=began, changes=())
    counted = count(engine, as_of=(now - hours(0)) / timedelta(hours=1))
    assert (counted.days["on"].min(), counted.days["on"].max()) == (date(2024, 11, 28), date(2024, 12, 4))
    assert counted.days["denominator_sum"].sum() == 13_759 + 7_331
    with writing(engine) as session:
        keep_count(session, "exp_1", counted, now=now)
    Workspace(engine, SETTINGS).experiment_audience("exp_1", path, keep=True)
    warned = kept_warnings(engine)
    assert any("not shown as often as planned: Brand 65% (planned 50%), Human 35%" in words for words in warned)
    assert any("By age and gender the variants were shown unevenly: 6% of the impressions" in words for words in warned)
