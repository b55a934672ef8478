"""The model of buying and spending as it is kept: the latest one counts, and it comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import Engine

from adplanning.scores.customer_model import FittedModel, NotFitted
from adplanning.scores.model_service import keep_model, latest_model, model_of
from adplanning.store.session import reading, writing
from tests.scores.invented import MODEL

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def kept(engine: Engine, outcome: FittedModel | NotFitted, *, now: datetime = NOW, currency: str = "INR") -> None:
    with writing(engine) as session:
        keep_model(session, outcome, as_of=now, now=now, currency=currency)


def test_before_the_first_fit_there_is_no_model(engine: Engine) -> None:
    with reading(engine) as session:
        assert latest_model(session) is None
    assert model_of(None) is None


def test_a_model_comes_back_as_it_was(any_engine: Engine) -> None:
    kept(any_engine, MODEL)
    with reading(any_engine) as session:
        row = latest_model(session)
        assert row is not None
        assert (row.model, row.time_unit, row.n_customers, row.n_repeat_customers) == ("bg_nbd", "day", 2357, 946)
        assert row.params == {"r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426}
        # The rim's unit: rupees.
        assert row.spend is not None
        assert row.spend["v"] == pytest.approx(1544.0)
        assert str(row.spend["warning"]).startswith("Who buys often spends more")
        back = model_of(row)
    assert back is not None
    assert back.holdout is not None
    assert MODEL.holdout is not None
    assert_frame_equal(back.holdout.calibration, MODEL.holdout.calibration)
    assert replace(back.holdout, calibration=MODEL.holdout.calibration) == MODEL.holdout
    assert back.spending is not None
    assert back.spending.log_likelihood == pytest.approx(-8412.4)
    assert back.spending.params.v == pytest.approx(154_400.0)
    assert (back.buying, back.warning, back.n_customers) == (MODEL.buying, MODEL.warning, 2357)


def test_a_currency_without_decimals_keeps_its_unit(engine: Engine) -> None:
    kept(engine, MODEL, currency="JPY")
    with reading(engine) as session:
        row = latest_model(session)
        assert row is not None
        assert row.spend is not None
        assert row.spend["v"] == 154_400.0


def test_the_latest_fit_counts_even_when_it_failed(engine: Engine) -> None:
    kept(engine, MODEL)
    kept(engine, NotFitted("3 customers bought", 3, 1), now=NOW + timedelta(days=1))
    kept(engine, MODEL, now=NOW - timedelta(days=1))
    with reading(engine) as session:
        row = latest_model(session)
        assert row is not None
        assert (row.model, row.reason, row.params, row.holdout) == ("rules", "3 customers bought", None, None)
        assert model_of(row) is None


def test_a_model_of_buying_alone_says_why(engine: Engine) -> None:
    alone = replace(
        MODEL, spending=None, spending_reason="no values", value_correlation=None, holdout=None, holdout_reason="short"
    )
    kept(engine, alone)
    with reading(engine) as session:
        row = latest_model(session)
        assert row is not None
        assert (row.reason, row.spend, row.holdout, row.calibration) == ("no values", None, {"reason": "short"}, None)
        assert model_of(row) == alone
