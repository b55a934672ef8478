"""What is forecast every night is what would be forecast one by one."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from adplanning.core.vocabulary import Trust
from adplanning.forecasts.curve_service import fit_curves
from adplanning.forecasts.event_service import add_event
from adplanning.forecasts.fields import EventFields, Outcome
from adplanning.forecasts.history_service import campaign_histories
from adplanning.forecasts.nightly_service import forecast_campaigns, spending_campaigns
from adplanning.forecasts.service import Question, forecast_campaign
from adplanning.store.session import reading, writing
from tests.forecasts.told import AS_OF, NOW, USUAL, advertised, lived

TOMORROW = AS_OF + timedelta(days=1)
QUESTION = Question(horizon_days=5)


def test_many_are_forecast_at_once_as_one_by_one(engine: Engine) -> None:
    advertised(engine, "camp_a", "camp_new")
    lived(engine, days=30)
    histories = campaign_histories(engine, **USUAL)
    assert spending_campaigns(histories, as_of_on=AS_OF) == ["camp_a"]
    with writing(engine) as session:
        for campaign_id in (None, "camp_a", "camp_new"):
            sale = EventFields(
                name=f"Sale {campaign_id}", first_on=TOMORROW, last_on=TOMORROW, effect=0.5, ad_campaign_id=campaign_id
            )
            add_event(session, sale, now=NOW)
    curves = {outcome: fit_curves(histories, outcome) for outcome in Outcome}
    with reading(engine) as session:
        found = forecast_campaigns(session, histories, ["camp_a"], curves, QUESTION, as_of_on=AS_OF, currency="INR")
        by_campaign = {one.ad_campaign_id: one for one in found}
    assert by_campaign.keys() == {None, "camp_a"}
    for campaign_id, one in by_campaign.items():
        with reading(engine) as session:
            alone = forecast_campaign(engine, session, campaign_id, QUESTION, **USUAL)
        assert one.demand.days.equals(alone.demand.days)
        assert one.advice == alone.advice
        assert one.question.events is not None
        assert alone.question.events is not None
        assert one.question.events.equals(alone.question.events)
    events = by_campaign["camp_a"].question.events
    assert events is not None
    assert set(events["name"]) == {"Sale None", "Sale camp_a"}


def test_a_campaign_of_which_no_day_is_known_is_not_forecast(engine: Engine) -> None:
    advertised(engine, "camp_a")
    histories = campaign_histories(engine, **USUAL)
    assert spending_campaigns(histories, as_of_on=AS_OF) == []
    curves = {outcome: fit_curves(histories, outcome) for outcome in Outcome}
    with reading(engine) as session:
        found = list(
            forecast_campaigns(session, histories, ["camp_a"], curves, QUESTION, as_of_on=AS_OF, currency="INR")
        )
    assert [(one.ad_campaign_id, one.demand.trust) for one in found] == [(None, Trust.none)]
