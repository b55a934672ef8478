"""Alerts: what is open, what has ended, and the rules that watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from adplanning.alerts import service
from adplanning.alerts.fields import RuleChange
from adplanning.alerts.suggestions import suggestions
from adplanning.alerts.wording import condition_words, rule_words
from adplanning.core import formats
from adplanning.core.vocabulary import AlertKind
from adplanning.store.tables.alerts import AlertRule
from adplanning.ui import badges
from adplanning.ui.actions import Action, edit_and_delete
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.main_button import MainButton
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.offers import Offer, Offers
from adplanning.ui.pages.alert_form import AlertForm
from adplanning.ui.pages.alert_tables import ended_table, open_table
from adplanning.ui.pages.alert_words import SLUG
from adplanning.ui.pages.run_button import ending, run_bar
from adplanning.ui.table import Column, Query, Row, Table
from adplanning.ui.visit import Visit

EMPTY = "No rule yet. A rule watches a number and tells you when it is out of bounds, such as a ROAS below 1."


def alerts_page(visit: Visit) -> Sequence[Component]:
    """The alerts and rules, or one rule."""
    return _one(visit, visit.record_id) if visit.record_id else _all(visit)


def _all(visit: Visit) -> Sequence[Component]:
    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.list_rules(
                session,
                {},
                limit=query.limit,
                offset=query.offset,
                search=query.search,
                sort=query.sort,
                descending=query.descending,
            )
            names = {one.id: service.campaign_name(session, one.ad_campaign_id) for one in found}
            return [_row(visit, one, names[one.id]) for one in found], total

    def show(_: str = "") -> None:
        for table in (open_ones, ended, rules):
            table.refresh()
        offers.show(_not_there_yet(visit))

    form = AlertForm(visit, saved=show)
    offers = Offers(visit, title="Suggested rules", button="Look at it", take=form.suggest)
    add = Action("add", "New rule", "mdi-plus", lambda _: form.create())
    open_ones, ended = open_table(visit), ended_table(visit)
    rules = Table(
        visit,
        label="Rules",
        title="Rules",
        columns=[
            Column("name", "Rule", sortable=True, on_phone=True),
            Column("kind", "Kind", sortable=True),
            Column("words", "When it tells you", on_phone=True),
            Column("checked_at", "Last checked", sortable=True, help="By the notebook check_alerts"),
            Column("state", "State", help="Where not all is known, the page of the rule says why"),
        ],
        searchable="Search names",
        sort="name",
        descending=False,
        fetch=fetch,
        export_name="alert-rules",
        empty=EMPTY,
        empty_action=add if visit.may_write else None,
        prefix="rules_",
    )
    if not visit.may_write:
        return [open_ones, rules, ended]
    bar, start = run_bar(
        visit,
        "check_alerts",
        goes_on="Every rule is held against the figures.",
        told=ending("The rules are checked.", "The check failed."),
        then=show,
    )
    check = Action("check", "Check now", "mdi-bell-check-outline", lambda _: start({}))
    offers.show(_not_there_yet(visit))
    return [MainButton(visit, add), Details(visit, {}, [check]), bar, open_ones, rules, offers, ended, form.form]


def _not_there_yet(visit: Visit) -> list[Offer]:
    """What is suggested, but for kinds of which there is a rule already."""
    with visit.reading() as session:
        kinds = set(session.scalars(select(AlertRule.kind).distinct()))
    return [
        Offer(one.key, one.fields.name, one.words)
        for one in suggestions(visit.settings.currency)
        if one.fields.kind not in kinds
    ]


def _row(visit: Visit, kept: AlertRule, campaign: str) -> Row:
    watched = service.watched(kept)
    words = rule_words(watched, campaign)
    return Row(
        kept.id,
        kept.name,
        address_of(SLUG, kept.id),
        {
            "name": text(kept.name),
            "kind": badges.ALERT_KINDS[AlertKind(kept.kind)].cell(),
            "words": text(condition_words(watched, campaign), hint=words),
            "checked_at": text(formats.moment(kept.checked_at, visit.settings.zone)),
            "state": _state(kept),
        },
        {
            "id": kept.id,
            "name": kept.name,
            "kind": kept.kind,
            "words": words,
            "is_active": kept.is_active,
            "checked_at": kept.checked_at.isoformat() if kept.checked_at else None,
            "unknown_because": kept.unknown_because,
        },
    )


def _state(kept: AlertRule) -> Cell:
    if not kept.is_active:
        return badges.PAUSED.cell()
    if kept.unknown_because:
        return badges.NOT_ALL_KNOWN.cell()
    return (badges.WATCHING if kept.checked_at else badges.NOT_CHECKED).cell()


def _one(visit: Visit, rule_id: str) -> Sequence[Component]:
    with visit.reading() as session:
        kept = service.find_rule(session, rule_id)
        details = _details(visit, kept, service.campaign_name(session, kept.ad_campaign_id))
        name, is_active, reason = kept.name, kept.is_active, kept.unknown_because
        _, n_alerts = service.list_alerts(session, is_open=None, rule_id=rule_id, limit=0, offset=0)
    visit.frame.title(name)
    address = address_of(SLUG, rule_id)

    def pause(_: str) -> None:
        with visit.writing() as session:
            service.change_rule(session, rule_id, RuleChange(is_active=not is_active), now=visit.now())
        visit.frame.toast(
            "The rule is paused, and its alerts are ended." if is_active else "The rule is checked again."
        )
        visit.frame.go(address)

    form = AlertForm(visit, saved=lambda _: visit.frame.go(address))
    actions = list(
        edit_and_delete(
            visit,
            edit=lambda: form.change(rule_id),
            delete=lambda session: service.delete_rule(session, rule_id),
            name=f"the rule “{name}”",
            consequence=f"Its {formats.number(n_alerts)} alerts go with it.",
            back_to=address_of(SLUG),
        )
    )
    if visit.may_write:
        words, icon = ("Pause", "mdi-pause") if is_active else ("Go on", "mdi-play")
        actions.insert(1, Action("pause", words, icon, pause))
    told = Notices()
    told.show([Notice(f"At the last check it could not be told in full. {reason}")] if reason else [])
    return [told, Details(visit, details, actions), open_table(visit, rule_id), ended_table(visit, rule_id), form.form]


def _details(visit: Visit, kept: AlertRule, campaign: str) -> Mapping[str, Mapping[str, Cell]]:
    zone = visit.settings.zone
    return {
        "Rule": {
            "Name": text(kept.name),
            "Kind": badges.ALERT_KINDS[AlertKind(kept.kind)].cell(),
            "When": text(rule_words(service.watched(kept), campaign)),
            "State": _state(kept),
        },
        "Checks": {
            "Last checked": text(formats.moment(kept.checked_at, zone)),
            "Created by": text(kept.created_by),
            "Created": text(formats.moment(kept.created_at, zone)),
        },
    }
