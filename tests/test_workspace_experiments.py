"""What an analyst asks about experiments."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.core.errors import NotFound
from adplanning.core.settings import Settings
from adplanning.demo.experiments import WON
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop
from adplanning.workspace import Workspace


def test_experiments_are_listed_and_one_is_told_by_variant(any_engine: Engine) -> None:
    fill(any_engine, shop(days=14, seed=3, until=date(2026, 11, 21), size=0.1), lambda _: None)
    workspace = Workspace(any_engine, Settings(_env_file=None))
    listed = workspace.experiments()
    assert listed["status"].to_list() == ["completed", "completed", "running", "running", "draft"]
    assert listed["started_at"].drop_nulls().is_sorted()
    one = workspace.experiment(listed.filter(pl.col("name") == WON)["id"].item())
    assert one["variant_id"].to_list() == ["control", "treatment"]
    control, treatment = one.iter_rows(named=True)
    assert (control["lift"], control["p_value_adjusted"]) == (None, None)
    assert treatment["estimate"] == treatment["n_converted"] / treatment["n_subjects"]
    assert treatment["lift"] == pytest.approx(treatment["estimate"] / control["estimate"] - 1)
    assert one["weight"].to_list() == [50, 50]
    id_ = listed.filter(pl.col("name") == WON)["id"].item()
    days, sequence = workspace.experiment_days(id_), workspace.experiment_sequence(id_)
    assert dict(days.group_by("variant_id").agg(pl.sum("n_subjects")).iter_rows()) == dict(
        one.select("variant_id", "n_subjects").iter_rows()
    )
    assert set(sequence["variant_id"]) == {"treatment"}
    assert sequence["n_subjects"][-1] == one["n_subjects"].sum()
    assert sequence["difference"][-1] == pytest.approx(treatment["estimate"] - control["estimate"])
    verdict = workspace.experiment_verdict(id_)
    assert verdict["code"][0] == "recommendation"
    assert "ended_early" in verdict["code"].to_list()
    draft = workspace.experiment(listed["id"][-1])
    assert draft["n_subjects"].to_list() == [0, 0]
    assert draft["estimate"].to_list() == [None, None]
    assert workspace.experiment_sequence(listed["id"][-1]).is_empty()


def test_an_experiment_that_is_not_there_is_said_so(engine: Engine) -> None:
    with pytest.raises(NotFound, match="exp_9"):
        Workspace(engine, Settings(_env_file=None)).experiment("exp_9")
