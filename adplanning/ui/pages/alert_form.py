"""The form of a rule: what is watched, in a sentence as it is filled in, and what it would have done of late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import select

from adplanning.alerts import service
from adplanning.alerts.checking_service import preview
from adplanning.alerts.fields import MOST_DAYS, RuleChange, RuleFields, given_fields, rule_of
from adplanning.alerts.suggestions import suggestions
from adplanning.alerts.watching import CHANGES, OF_METRIC, is_money, is_percent, metrics_of
from adplanning.alerts.wording import KINDS, rule_words
from adplanning.core.errors import AdplanningError
from adplanning.core.validation import validated
from adplanning.core.vocabulary import AlertKind
from adplanning.metrics.definitions import METRICS, Unit
from adplanning.store.tables.ads import Campaign
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.alert_words import asked_now, preview_words
from adplanning.ui.visit import Visit

ACCOUNT, EACH, ONE = "account", "each", "one"
SCOPES: Final = {ACCOUNT: "All campaigns together", EACH: "Each campaign by itself", ONE: "One campaign"}
FRESH: Final[Mapping[str, Any]] = {
    "kind": AlertKind.below.value,
    "of": ACCOUNT,
    "window_days": 7,
    "is_active": True,
}
MOST_CAMPAIGNS: Final = 500
_OF_DAYS: Final = tuple(kind.value for kind in AlertKind if kind is not AlertKind.sync_late)


class AlertForm:
    """The dialog, for a new rule or one that is there; `saved` is called with the rule's id once it is kept."""

    def __init__(self, visit: Visit, saved: Callable[[str], None]) -> None:
        self._visit, self._saved = visit, saved
        self._rule_id: str | None = None
        self._currency = visit.settings.currency
        self._asked: object = None
        self._shape: tuple[object, ...] = ()
        with visit.reading() as session:
            named = select(Campaign.id, Campaign.name).order_by(Campaign.name, Campaign.id).limit(MOST_CAMPAIGNS)
            self._campaigns = {id_: name for id_, name in session.execute(named)}  # noqa: C416 - rows are no pairs
        self.said = Notices()
        self.form = Form(
            visit,
            title="New rule",
            button="Create rule",
            fields=self._fields(FRESH),
            check=self._rule,
            submit=self._submit,
            below=[self.said],
            changed=self._changed,
        )

    def create(self) -> None:
        """Open it for a new rule."""
        self._open(None, FRESH, self._visit.settings.currency)

    def suggest(self, key: str) -> None:
        """Open it for a new rule with what is suggested filled in."""
        currency = self._visit.settings.currency
        one = next(one for one in suggestions(currency) if one.key == key)
        self._open(None, _values_of(one.fields.model_dump()), currency)

    def change(self, rule_id: str) -> None:
        """Open it for a rule that is there."""
        with self._visit.reading() as session:
            kept = service.find_rule(session, rule_id)
            rule = service.watched(kept)
            given = _values_of(given_fields(rule, name=kept.name, is_active=kept.is_active))
            if rule.ad_campaign_id is not None:
                self._campaigns.setdefault(rule.ad_campaign_id, service.campaign_name(session, rule.ad_campaign_id))
        self._open(rule_id, given, rule.currency)

    def _open(self, rule_id: str | None, given: Values, currency: str) -> None:
        self._rule_id, self._currency = rule_id, currency
        self._have(given)
        title, button = ("New rule", "Create rule") if rule_id is None else ("Change the rule", "Save changes")
        self.form.ask(given, title=title, button=button)
        self._changed(given)

    def _changed(self, values: Values) -> None:
        """Show the fields that fit what was chosen, and say what the rule would do."""
        self._have(values)
        self._asked = values
        try:
            rule = rule_of(self._rule(values), self._currency)
        except AdplanningError:
            self.said.show([Notice("Fill in the fields, and this says when you will be told.", "info")])
            return
        words = Notice(rule_words(rule, self._campaigns.get(rule.ad_campaign_id or "", "")), "info")
        self.said.show([words, Notice("Looking at the last days …", "info")])

        def look() -> None:
            if self._asked is not values:
                return  # something else was filled in meanwhile
            with self._visit.reading() as session:
                told = preview(self._visit.engine, session, rule, asked_now(self._visit))
            if self._asked is values:
                self.said.show([words, Notice(preview_words(told), "info")])

        self._visit.frame.later(look)

    def _have(self, values: Values) -> None:
        shape = tuple(values.get(key) for key in ("kind", "of", "metric"))
        if shape != self._shape:
            self._shape = shape
            self.form.have(self._fields(values))

    def _fields(self, values: Values) -> tuple[Field, ...]:
        kind = _kind(values)
        of_campaigns = values.get("of", ACCOUNT) != ACCOUNT
        metric = values.get("metric") if values.get("metric") in METRICS and kind in OF_METRIC else None
        return (
            Field("name", "Name", required=True, help="What the alert is called, such as “ROAS below 1”."),
            Field(
                "kind", "Tell me when", "choice", required=True, options={one.value: KINDS[one] for one in AlertKind}
            ),
            Field("of", "Of", "choice", options=_scopes(kind), required=True, only_for={"kind": _OF_DAYS}),
            Field(
                "ad_campaign_id",
                "Campaign",
                "choice",
                required=True,
                options=self._campaigns,
                only_for={"of": (ONE,)},
            ),
            Field(
                "metric",
                "Metric",
                "choice",
                required=True,
                options={name: one.title for name, one in metrics_of(kind, of_campaigns=of_campaigns).items()},
                help=METRICS[metric].help if metric else "Which number is watched.",
                only_for={"kind": OF_METRIC},
            ),
            Field(
                "threshold",
                _threshold_label(kind),
                "number",
                required=True,
                unit=_unit(kind, metric, self._currency),
                help=_threshold_help(kind),
            ),
            Field(
                "window_days",
                "Over full days",
                "number",
                unit="days",
                help=f"1 to {7 if kind in CHANGES else MOST_DAYS}; today is left out, and so are days not read whole.",
                only_for={"kind": _OF_DAYS},
            ),
            Field("is_active", "Active", "switch", help="A paused rule is not checked, and its alerts are ended."),
        )

    def _rule(self, values: Values) -> RuleFields:
        fields = validated(RuleFields, _given(values))
        rule_of(fields, self._currency)
        return fields

    def _submit(self, values: Values) -> None:
        visit, fields = self._visit, self._rule(values)
        with visit.writing() as session:
            if self._rule_id is None:
                kept = service.create_rule(
                    session, fields, currency=self._currency, created_by=visit.name or None, now=visit.now()
                )
            else:
                change = RuleChange(**fields.model_dump())
                kept = service.change_rule(session, self._rule_id, change, now=visit.now())
            rule_id = kept.id
        visit.frame.toast(f"Rule “{fields.name}” is kept; the next check holds it against the figures.")
        self._saved(rule_id)


def _kind(values: Values) -> AlertKind:
    return AlertKind(values["kind"]) if values.get("kind") in set(AlertKind) else AlertKind.below


def _scopes(kind: AlertKind) -> Mapping[str, str]:
    if kind is AlertKind.spend_without_conversions:
        return {key: words for key, words in SCOPES.items() if key != ACCOUNT}
    return SCOPES


def _given(values: Values) -> dict[str, Any]:
    """What the form holds, as the fields of a rule; what its kind does not ask for is left out."""
    kind, of = _kind(values), values.get("of", ACCOUNT)
    given = {key: values[key] for key in ("name", "kind", "threshold", "window_days", "is_active") if key in values}
    if kind in OF_METRIC:
        given["metric"] = values.get("metric")
    if kind is not AlertKind.sync_late:
        given["of_each_campaign"] = of == EACH
        given["ad_campaign_id"] = values.get("ad_campaign_id") if of == ONE else None
    return given


def _values_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a rule as the form holds them."""
    of = EACH if fields["of_each_campaign"] else ONE if fields["ad_campaign_id"] else ACCOUNT
    shown = {key: fields[key] for key in ("name", "metric", "ad_campaign_id", "threshold", "window_days", "is_active")}
    return {**shown, "kind": AlertKind(fields["kind"]).value, "of": of}


def _threshold_label(kind: AlertKind) -> str:
    match kind:
        case AlertKind.sync_late:
            return "Not read whole for"
        case AlertKind.spend_without_conversions:
            return "Spend of more than"
        case AlertKind.fell | AlertKind.rose:
            return "By at least"
    return "Below" if kind is AlertKind.below else "Above"


def _threshold_help(kind: AlertKind) -> str:
    if kind in CHANGES:
        return (
            "Against the mean of the same weekdays of the four weeks before. Where fewer than 20 were to be expected, "
            "or the change is no more than chance, nobody is told."
        )
    if kind is AlertKind.sync_late:
        return "An account that is disconnected is not late: the rule then says that it cannot be told."
    return ""


def _unit(kind: AlertKind, metric: str | None, currency: str) -> str:
    if kind is AlertKind.sync_late:
        return "hours"
    if kind in CHANGES or (metric is not None and is_percent(kind, metric)):
        return "%"
    if is_money(kind, metric):
        return currency
    return "×" if metric is not None and METRICS[metric].unit is Unit.times else ""
