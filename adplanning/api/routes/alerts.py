"""/admin/ad-planning/alert-rules and alerts: what is watched, and what was found."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.orm import Session

from adplanning.alerts import service
from adplanning.alerts.fields import RuleChange, RuleFields, shown_threshold
from adplanning.alerts.service import OpenAlert
from adplanning.alerts.watching import shown_value
from adplanning.alerts.wording import rule_words
from adplanning.api.bodies import Deleted
from adplanning.api.deps import AppSettings, Caller, Filter, Id, Now, Page, Reading, Writing
from adplanning.core.periods import isoformat
from adplanning.core.vocabulary import AlertKind
from adplanning.store.tables.alerts import AlertRule

router = APIRouter(prefix="/admin/ad-planning", tags=["alerts"])


class RuleOut(BaseModel):
    """A rule; `threshold` in the metric's unit (money in major units of `currency`, shares in percent) or in hours.

    `words` says when it tells somebody. Of a rule, or a part of it, that could not be told at the last check
    `unknown_because` says why; that neither gives nor ends an alert.
    """

    id: str
    name: str
    kind: AlertKind
    metric: str | None
    threshold: float
    currency: str
    window_days: int
    of_each_campaign: bool
    ad_campaign_id: str | None
    is_active: bool
    words: str
    checked_at: str | None
    unknown_because: str | None
    created_by: str | None
    created_at: str | None


class RuleAnswer(BaseModel):
    """One rule."""

    alert_rule: RuleOut


class RulesAnswer(BaseModel):
    """A page of rules."""

    alert_rules: list[RuleOut]
    count: int
    limit: int
    offset: int


class AlertOut(BaseModel):
    """What a rule found, from the check that saw it first to the one that no longer did (`closed_at`).

    `value` is in the metric's unit, as the threshold: money in major units, shares in percent; hours of a late sync.
    `notified_at` is when somebody outside was told.
    """

    id: str
    rule_id: str
    rule_name: str
    kind: AlertKind
    metric: str | None
    ad_campaign_id: str | None
    campaign_name: str | None
    words: str
    value: float | None
    is_open: bool
    opened_at: str | None
    seen_at: str | None
    closed_at: str | None
    notified_at: str | None


class AlertsAnswer(BaseModel):
    """A page of alerts, the latest first."""

    alerts: list[AlertOut]
    count: int
    limit: int
    offset: int


def rule_json(session: Session, kept: AlertRule) -> RuleOut:
    """A rule as the API shows one."""
    rule = service.watched(kept)
    return RuleOut(
        id=kept.id,
        name=kept.name,
        kind=rule.kind,
        metric=rule.metric,
        threshold=shown_threshold(rule),
        currency=rule.currency,
        window_days=rule.window_days,
        of_each_campaign=rule.of_each_campaign,
        ad_campaign_id=rule.ad_campaign_id,
        is_active=kept.is_active,
        words=rule_words(rule, service.campaign_name(session, rule.ad_campaign_id)),
        checked_at=isoformat(kept.checked_at),
        unknown_because=kept.unknown_because,
        created_by=kept.created_by,
        created_at=isoformat(kept.created_at),
    )


def alert_json(alert: OpenAlert) -> AlertOut:
    """An alert as the API shows one."""
    return AlertOut(
        id=alert.id,
        rule_id=alert.rule_id,
        rule_name=alert.rule_name,
        kind=alert.kind,
        metric=alert.metric,
        ad_campaign_id=alert.subject or None,
        campaign_name=alert.campaign,
        words=alert.words,
        value=shown_value(alert.value, alert.metric),
        is_open=alert.closed_at is None,
        opened_at=isoformat(alert.opened_at),
        seen_at=isoformat(alert.seen_at),
        closed_at=isoformat(alert.closed_at),
        notified_at=isoformat(alert.notified_at),
    )


@router.post("/alert-rules", status_code=201)
def create(body: RuleFields, session: Writing, settings: AppSettings, now: Now, caller: Caller) -> RuleAnswer:
    """Add a rule; the next check holds it against the figures."""
    kept = service.create_rule(session, body, currency=settings.currency, created_by=caller, now=now)
    return RuleAnswer(alert_rule=rule_json(session, kept))


@router.get("/alert-rules")
def list_rules(
    session: Reading, page: Page, kind: AlertKind | None = None, is_active: bool | None = None
) -> RulesAnswer:
    """Rules, the newest first."""
    filters = {"kind": kind, "is_active": is_active}
    found, count = service.list_rules(session, filters, limit=page.limit, offset=page.offset)
    return RulesAnswer(
        alert_rules=[rule_json(session, one) for one in found], count=count, limit=page.limit, offset=page.offset
    )


@router.get("/alert-rules/{rule_id}")
def read(rule_id: Id, session: Reading) -> RuleAnswer:
    """One rule."""
    return RuleAnswer(alert_rule=rule_json(session, service.find_rule(session, rule_id)))


@router.patch("/alert-rules/{rule_id}")
def change(rule_id: Id, body: RuleChange, session: Writing, now: Now) -> RuleAnswer:
    """Change the fields that are sent. Another condition, or a pause, ends what the rule has told so far."""
    return RuleAnswer(alert_rule=rule_json(session, service.change_rule(session, rule_id, body, now=now)))


@router.delete("/alert-rules/{rule_id}")
def delete(rule_id: Id, session: Writing) -> Deleted:
    """Remove a rule with all alerts it has given."""
    service.delete_rule(session, rule_id)
    return Deleted(id=rule_id)


@router.get("/alerts")
def list_alerts(session: Reading, page: Page, is_open: bool | None = None, rule_id: Filter = None) -> AlertsAnswer:
    """Alerts, the latest first; open ones only, or those that have ended."""
    found, count = service.list_alerts(
        session, is_open=is_open, rule_id=rule_id or None, limit=page.limit, offset=page.offset
    )
    return AlertsAnswer(alerts=[alert_json(one) for one in found], count=count, limit=page.limit, offset=page.offset)
