"""The currencies in use with the days that lack a rate, the rates that are known, and telling one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adplanning.core import formats
from adplanning.core.periods import isoformat
from adplanning.core.validation import validated
from adplanning.rates import service
from adplanning.rates.fields import RateFields, checked_rate, exact
from adplanning.rates.service import CurrencyInUse
from adplanning.store.tables.ads import CurrencyRate
from adplanning.ui.actions import Action
from adplanning.ui.cells import text
from adplanning.ui.component import Component
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.notices import Notices
from adplanning.ui.pages.chosen_days import today_of
from adplanning.ui.pages.rates_words import stretches, where, without_rate
from adplanning.ui.pages.settings_form import currencies
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit


def rates_section(visit: Visit) -> tuple[Sequence[Component], Callable[[], None]]:
    """What stands on the page of rates, and what opens the form of one."""
    reporting = visit.settings.currency
    in_use = _in_use(visit)

    def fetch_in_use(query: Query) -> tuple[Sequence[Row], int]:
        return [_in_use_row(one) for one in in_use[query.offset : query.offset + query.limit]], len(in_use)

    def fetch(query: Query) -> tuple[Sequence[Row], int]:
        with visit.reading() as session:
            found, total = service.list_rates(
                session,
                {"currency": query.filters.get("currency")},
                limit=query.limit,
                offset=query.offset,
                sort=query.sort,
                descending=query.descending,
            )
            return [_row(visit, rate) for rate in found], total

    def show() -> None:
        nonlocal in_use
        in_use = _in_use(visit)
        gaps.show(without_rate(in_use, reporting))
        coverage.refresh()
        rates.refresh()

    def submit(values: Values) -> None:
        fields = _checked(visit, values)
        with visit.writing() as session:
            today = today_of(visit)
            _, is_new = service.tell_rate(session, fields, today=today, by=visit.name, now=visit.now())
        told = f"{fields.on:%-d %b %Y}: 1 {fields.currency} is {exact(fields.rate)} {fields.in_currency}."
        visit.frame.toast(told if is_new else f"{told} The rate that stood there is replaced.")
        show()

    def delete(rate_id: str) -> None:
        with visit.writing() as session:
            service.delete_rate(session, rate_id)
        visit.frame.toast("The rate is deleted.")
        show()

    def ask_to_delete(rate_id: str) -> None:
        visit.frame.confirm(
            "Delete this rate?",
            "Amounts of its day are converted at a rate of the seven days before it; where there is none, sums leave "
            "them out. This cannot be undone.",
            "Delete",
            lambda: delete(rate_id),
        )

    form = Form(
        visit,
        title="Enter a rate",
        button="Save rate",
        fields=[
            Field("on", "Day", "day", required=True, help="The day that it holds for, and the seven days after it."),
            Field("currency", "One unit of", "choice", required=True, options=currencies()),
            Field("rate", "Was worth", "number", required=True, help="Such as 88.5 for one US dollar in rupees."),
            Field("in_currency", "Units of", "choice", required=True, options=currencies()),
        ],
        check=lambda values: _checked(visit, values),
        submit=submit,
    )

    def enter() -> None:
        foreign = next((one.currency for one in in_use if one.currency != reporting), "")
        form.ask({"on": today_of(visit).isoformat(), "currency": foreign, "in_currency": reporting})

    gaps = Notices()
    coverage = Table(
        visit,
        label="Currencies in use",
        title="Which currencies are in use?",
        columns=[
            Column("currency", "Currency", on_phone=True),
            Column("where", "In"),
            Column("amounts", "Amounts", numeric=True),
            Column("days", "Days", numeric=True, help="On which there are amounts"),
            Column(
                "without", "Without a rate", numeric=True, on_phone=True, help=f"Days without a rate to {reporting}"
            ),
            Column("when", "When"),
        ],
        sort="currency",
        fetch=fetch_in_use,
        prefix="in_use_",
        empty="No amount has come in yet. Orders, leads and ad spend bring them.",
    )
    rates = Table(
        visit,
        label="Rates",
        title="Which rates are known?",
        columns=[
            Column("on", "Day", sortable=True, on_phone=True),
            Column("rate", "Rate", on_phone=True),
            Column("told_by", "Told by"),
            Column("told_at", "Told", sortable=True),
        ],
        filters=[Filter("currency", "Currency", {one.currency: one.currency for one in in_use})],
        sort="on",
        fetch=fetch,
        export_name="currency-rates",
        actions=[Action("delete", "Delete", "mdi-delete-outline", ask_to_delete)] if visit.may_write else [],
        empty="No rate is known yet. Only a shop that buys and sells in one currency can do without.",
        empty_action=Action("enter", "Enter a rate", "mdi-plus", lambda _: enter()) if visit.may_write else None,
    )
    gaps.show(without_rate(in_use, reporting))
    return [gaps, coverage, rates, form], enter


def _in_use(visit: Visit) -> list[CurrencyInUse]:
    settings = visit.settings
    return service.currencies_in_use(
        visit.engine, currency=settings.currency, zone=settings.zone, public_revenue=settings.public_revenue
    )


def _checked(visit: Visit, values: Values) -> RateFields:
    return checked_rate(validated(RateFields, values), today=today_of(visit))


def _in_use_row(one: CurrencyInUse) -> Row:
    cells = {
        "currency": text(currencies().get(one.currency, one.currency)),
        "where": text(where(one.sources)),
        "amounts": text(formats.number(one.n_amounts)),
        "days": text(formats.number(one.n_days)),
        "without": text(formats.number(one.n_days_without)),
        "when": text(stretches(one.gaps)),
    }
    return Row(one.currency, one.currency, "", cells)


def _row(visit: Visit, rate: CurrencyRate) -> Row:
    rate_id = service.id_of(rate)
    return Row(
        rate_id,
        f"{rate.currency} in {rate.in_currency} on {rate.on}",
        "",
        {
            "on": text(f"{rate.on:%-d %b %Y}"),
            "rate": text(f"1 {rate.currency} = {exact(rate.rate)} {rate.in_currency}"),
            "told_by": text(rate.told_by),
            "told_at": text(formats.moment(rate.told_at, visit.settings.zone)),
        },
        {
            "on": rate.on.isoformat(),
            "currency": rate.currency,
            "rate": rate.rate,
            "in_currency": rate.in_currency,
            "told_by": rate.told_by,
            "told_at": isoformat(rate.told_at),
        },
    )
