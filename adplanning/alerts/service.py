"""What can be done with rules; which alerts there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from adplanning.alerts import queries
from adplanning.alerts.fields import MOST_RULES, RuleChange, RuleFields, changed_fields, given_fields, rule_of
from adplanning.alerts.rule import Rule
from adplanning.core.errors import Conflict, InvalidData, NotFound
from adplanning.core.ids import new_id
from adplanning.core.vocabulary import AlertKind
from adplanning.store import lists
from adplanning.store.tables.ads import Campaign
from adplanning.store.tables.alerts import Alert, AlertRule
from adplanning.store.tables.catalogue import TABLES


@dataclass(frozen=True)
class OpenAlert:
    """An alert with its rule; `campaign` is what the campaign is called that it is of, `subject` its id, or empty."""

    id: str
    rule_id: str
    rule_name: str
    kind: AlertKind
    metric: str | None
    subject: str
    campaign: str | None
    words: str
    value: float | None
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    notified_at: datetime | None


def create_rule(
    session: Session, given: RuleFields, *, currency: str, created_by: str | None, now: datetime
) -> AlertRule:
    """Add a rule whose amounts are in `currency`; the next check holds it against the figures.

    Raises
    ------
    InvalidData : a rule that makes no sense, or a campaign that is not there; see `fields.rule_of`.
    Conflict : there are as many as a check can take.
    """
    rule = rule_of(given, currency)
    _require_campaign(session, rule.ad_campaign_id)
    if (session.scalar(select(func.count()).select_from(AlertRule)) or 0) >= MOST_RULES:
        raise Conflict(f"there are {MOST_RULES} rules already, the most that are checked; delete one first")
    kept = AlertRule(
        id=new_id("rule"),
        name=given.name,
        is_active=given.is_active,
        created_by=created_by,
        created_at=now,
        checked_at=None,
        unknown_because=None,
        **asdict(rule),
    )
    session.add(kept)
    session.flush()
    return kept


def change_rule(session: Session, rule_id: str, change: RuleChange, *, now: datetime) -> AlertRule:
    """Change the given fields. Another condition, or a pause, ends what the rule has told so far.

    Raises
    ------
    NotFound : there is no such rule.
    InvalidData : what then makes no sense, or a campaign that is not there.
    """
    kept = find_rule(session, rule_id)
    before = watched(kept)
    given = changed_fields(given_fields(before, name=kept.name, is_active=kept.is_active), change)
    rule = rule_of(given, kept.currency)
    _require_campaign(session, rule.ad_campaign_id)
    for name, value in {**asdict(rule), "name": given.name, "is_active": given.is_active}.items():
        setattr(kept, name, value)
    if rule != before or not kept.is_active:
        kept.unknown_because = None
        c = TABLES["alerts"].c
        ended = update(Alert).where(c.rule_id == rule_id, c.closed_at.is_(None)).values(closed_at=now)
        session.execute(ended.execution_options(synchronize_session=False))
    session.flush()
    return kept


def delete_rule(session: Session, rule_id: str) -> None:
    """Remove a rule with all alerts it has given.

    Raises
    ------
    NotFound : there is no such rule.
    """
    session.delete(find_rule(session, rule_id))
    session.flush()


def find_rule(session: Session, rule_id: str) -> AlertRule:
    """The rule of that id.

    Raises
    ------
    NotFound : there is none.
    """
    found = session.get(AlertRule, rule_id)
    if found is None:
        raise NotFound(f"id: there is no rule {rule_id!r}; GET /admin/ad-planning/alert-rules lists them")
    return found


def list_rules(
    session: Session,
    filters: Mapping[str, str | bool | None],
    *,
    limit: int,
    offset: int,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
) -> tuple[list[AlertRule], int]:
    """One page of rules, and how many match in all; `filters` are kind and is_active.

    Raises
    ------
    InvalidData : an unknown order, or a search for what no text can hold.
    """
    c = TABLES["alert_rules"].c
    query = select(AlertRule).where(
        *(c[name] == value for name, value in filters.items() if value is not None), *lists.containing([c.name], search)
    )
    return lists.page(
        session,
        query,
        queries.RULE_ORDERS,
        sort=sort,
        usual="created_at",
        ties=AlertRule.id,
        descending=descending,
        limit=limit,
        offset=offset,
    )


def list_alerts(
    session: Session,
    *,
    is_open: bool | None,
    rule_id: str | None = None,
    limit: int,
    offset: int,
    sort: str | None = None,
    descending: bool = True,
) -> tuple[list[OpenAlert], int]:
    """One page of alerts, the latest first, and how many match in all.

    Raises
    ------
    InvalidData : an unknown order.
    """
    query = queries.matching_alerts(is_open=is_open, rule_id=rule_id)
    ordered = lists.in_order(
        query, queries.ALERT_ORDERS, sort or "opened_at", ties=Alert.id, descending=descending or sort is None
    )
    rows = session.execute(ordered.limit(limit).offset(offset)).all()
    return [_told(alert, rule, name) for alert, rule, name in rows], lists.total(
        session, query.with_only_columns(Alert.id)
    )


def open_alerts(session: Session, *, limit: int = 100) -> list[OpenAlert]:
    """The alerts that are open, the latest first."""
    return list_alerts(session, is_open=True, limit=limit, offset=0)[0]


def n_open_alerts(session: Session) -> int:
    """How many alerts are open."""
    return lists.total(session, queries.matching_alerts(is_open=True, rule_id=None).with_only_columns(Alert.id))


def watched(kept: AlertRule) -> Rule:
    """What a kept rule watches."""
    return Rule(
        kind=AlertKind(kept.kind),
        metric=kept.metric,
        threshold=kept.threshold,
        currency=kept.currency,
        window_days=kept.window_days,
        of_each_campaign=kept.of_each_campaign,
        ad_campaign_id=kept.ad_campaign_id,
    )


def campaign_name(session: Session, ad_campaign_id: str | None) -> str:
    """What a campaign is called; empty for none."""
    if ad_campaign_id is None:
        return ""
    return session.scalar(select(Campaign.name).where(Campaign.id == ad_campaign_id)) or ad_campaign_id


def _require_campaign(session: Session, ad_campaign_id: str | None) -> None:
    if ad_campaign_id is not None and session.get(Campaign, ad_campaign_id) is None:
        raise InvalidData.at(
            "ad_campaign_id", f"there is no campaign {ad_campaign_id!r}; GET /admin/meta-ads/campaigns lists them"
        )


def _told(alert: Alert, rule: AlertRule, campaign: str | None) -> OpenAlert:
    return OpenAlert(
        id=alert.id,
        rule_id=rule.id,
        rule_name=rule.name,
        kind=AlertKind(rule.kind),
        metric=rule.metric,
        subject=alert.subject,
        campaign=campaign,
        words=alert.words,
        value=alert.value,
        opened_at=alert.opened_at,
        seen_at=alert.seen_at,
        closed_at=alert.closed_at,
        notified_at=alert.notified_at,
    )
