"""The form of the reporting currency and time zone, which says what follows from a change before it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from babel.numbers import get_currency_name, list_currencies

from adplanning.core import formats
from adplanning.core.money import known_currency
from adplanning.core.settings import Settings, time_zones
from adplanning.rates.service import CurrencyInUse, currencies_in_use
from adplanning.store.preferences import CHOOSABLE, checked_preference, choose
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.rates_words import without_rate
from adplanning.ui.visit import Visit

NAMES: Final[Mapping[str, str]] = {"currency": "reporting currency", "timezone": "time zone"}


class SettingsForm:
    """The form; `changed` shows the page anew.

    Below its fields stands what a change would do to the numbers, from the rates that are known now.
    """

    def __init__(self, visit: Visit, changed: Callable[[], None]) -> None:
        self._visit, self._changed = visit, changed
        self._consequences = Notices()
        self._said: tuple[str, str] | None = None
        self.form = Form(
            visit,
            title="Currency and time zone",
            button="Use from now on",
            fields=[
                Field("currency", "Reporting currency", "choice", required=True, options=currencies()),
                Field("timezone", "Time zone", "choice", required=True, options=zones()),
            ],
            check=_checked,
            submit=self._submit,
            below=[self._consequences],
            changed=self._say,
        )

    def ask(self) -> None:
        """Open the form with what holds now."""
        settings = self._visit.settings
        self._said = None
        self._consequences.show([])
        self.form.ask({"currency": settings.currency, "timezone": settings.timezone})

    def _say(self, values: Values) -> None:
        """Put the consequences below the fields; nothing while a field is empty or holds no such name."""
        chosen = (str(values.get("currency", "")), str(values.get("timezone", "")))
        if chosen == self._said or chosen[0] not in currencies() or chosen[1] not in zones():
            return
        self._said = chosen
        settings = self._visit.settings
        changed = settings.model_copy(update={"currency": chosen[0], "timezone": chosen[1]})
        in_use = []
        if changed.currency != settings.currency:
            in_use = currencies_in_use(
                self._visit.engine,
                currency=changed.currency,
                zone=changed.zone,
                public_revenue=changed.public_revenue,
            )
        self._consequences.show(consequences(settings, changed, in_use))

    def _submit(self, values: Values) -> None:
        chosen, settings = _checked(values), self._visit.settings
        changes = {name: value for name, value in chosen.items() if value != getattr(settings, name)}
        with self._visit.writing() as session:
            for name, value in changes.items():
                choose(session, name, value, by=self._visit.name, now=self._visit.now())
        if changes:
            told = " and ".join(f"the {NAMES[name]} is {value}" for name, value in changes.items())
            self._visit.frame.toast(f"From now on {told}, everywhere.")
            self._changed()


def consequences(now: Settings, changed: Settings, in_use: list[CurrencyInUse]) -> list[Notice]:
    """What a change would do to the numbers, and what is left to do by hand.

    Parameters
    ----------
    in_use : the currencies of the store with their gaps towards the changed currency.
    """
    notices = []
    code, zone = changed.currency, changed.timezone
    if code != now.currency:
        notices += [
            Notice(
                "No stored amount changes. Every sum is made anew from the amounts as they came, each at the rate of "
                f"its own day. What comes without a currency still counts as {now.start_currency}.",
                "info",
            ),
            *without_rate(in_use, code),
            Notice(
                f"Lifetime values, curves of spend and forecasts were computed in {now.currency}. Those in {code} are "
                "not known until the notebooks have run again; this page offers them."
            ),
            Notice(
                "An amount in a rule of a segment is read in the reporting currency: 1000 in it will mean "
                f"{formats.money(1000, code)}. Goals, experiments, plans and alert rules stay in the currency that "
                "they were made in."
            ),
        ]
    if zone != now.timezone:
        notices.append(
            Notice(
                f"Days begin at midnight in {zone}: what happened around midnight moves to another day. A time that "
                f"comes without a zone still counts as one of {now.start_timezone}. Running experiments and forecasts "
                "keep the days of before until their notebooks have run again.",
                "info",
            )
        )
    return notices


@cache
def currencies() -> Mapping[str, str]:
    """Every currency that amounts may be in, by its code, with its name."""
    return {
        code: f"{code} · {get_currency_name(code, locale='en')}"
        for code in sorted(list_currencies())
        if _is_known(code)
    }


@cache
def zones() -> Mapping[str, str]:
    """Every time zone."""
    return {name: name.replace("_", " ") for name in sorted(time_zones())}


def _is_known(code: str) -> bool:
    try:
        known_currency(code)
    except ValueError:
        return False
    return True


def _checked(values: Values) -> dict[str, str]:
    return {name: checked_preference(name, str(values.get(name, ""))) for name in CHOOSABLE}
