"""What a weekly report says in words: a figure, a change, and the findings that stand at its top."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from adplanning.core import formats
from adplanning.core.money import minor_digits, to_major
from adplanning.core.ratios import ratio
from adplanning.metrics.definitions import METRICS, Unit, shown
from adplanning.weekly_report import ForecastHeld, WeeklyNumbers

_SAME: Final = 0.005
MEASURES: Final = {"revenue": "Attributed revenue", "spend": "Ad spend", "conversions": "Attributed conversions"}


def figure_words(name: str, value: float | None, currency: str) -> str:
    """A metric as a page has it.

    >>> figure_words("ad_spend", 123456700, "INR"), figure_words("roas", 2.5, "INR"), figure_words("leads", None, "INR")
    ('₹12.3L', '2.50×', '–')
    """
    match METRICS[name].unit:
        case Unit.money:
            return formats.short_money(shown(name, value, currency), currency)
        case Unit.percent:
            return formats.percent(value)
        case Unit.times:
            return formats.times(value)
    return formats.number(value, currency=currency)


def change_words(change: float | None) -> str:
    """A change as a signed share, and none where it is not known.

    >>> change_words(0.1234), change_words(-0.5), change_words(None)
    ('+12.3%', '−50.0%', '')
    """
    if change is None:
        return ""
    return f"{'+' if change >= 0 else '−'}{formats.percent(abs(change))}"


def findings(numbers: WeeklyNumbers) -> list[str]:
    """The sentences at the top of the report, the most telling first."""
    return [
        *_money(numbers),
        *_campaigns(numbers),
        *_leads(numbers),
        *(_forecast(held, numbers.currency) for held in numbers.forecasts if held.measure == "revenue"),
        *_experiments(numbers),
        *_moves(numbers),
        *_alerts(numbers),
    ]


def forecast_words(held: ForecastHeld, value: float | None, currency: str) -> str:
    """What a forecast expected, or what came, in the unit of its measure."""
    if held.measure == "conversions":
        return formats.number(value, currency=currency)
    return formats.short_money(value, currency)


def _money(numbers: WeeklyNumbers) -> Iterator[str]:
    revenue, spend, roas = (numbers.figures[name] for name in ("revenue", "ad_spend", "roas"))
    before = f"the {numbers.days.span} before"
    words = {name: figure_words(name, numbers.figures[name].now.value, numbers.currency) for name in numbers.figures}
    if revenue.now.value is None:
        yield f"Revenue is not known: {revenue.now.unknown_because}"
    else:
        usual = _against_usual(numbers, "revenue")
        yield f"Revenue was {words['revenue']}{_against(revenue.change, before)}{usual}."
    if spend.now.value is not None and roas.now.value is not None:
        earlier = None if roas.before is None else roas.before.value
        was = f", {formats.times(earlier)} {before}" if earlier is not None else ""
        cost = f"Ads cost {words['ad_spend']}{_against(spend.change, before)}"
        yield f"{cost}; ROAS (all revenue ÷ ad spend) was {words['roas']}{was}."


def _campaigns(numbers: WeeklyNumbers) -> Iterator[str]:
    changed = numbers.campaigns.drop_nulls("revenue_change").sort("revenue_change", "campaign_id")
    ends = ((changed.tail(1), 1, "gained most"), (changed.head(1), -1, "lost most"))
    for rows, sign, what in ends:
        for row in rows.filter(pl.col("revenue_change") * sign > 0).iter_rows(named=True):
            size = formats.short_money(to_major(abs(row["revenue_change"]), numbers.currency), numbers.currency)
            roas = f", at an attributed ROAS of {formats.times(row['roas'])}" if row["roas"] is not None else ""
            yield f"{row['campaign_name']} {what}: {size} {'more' if sign > 0 else 'less'} attributed revenue{roas}."
    wasted = numbers.campaigns.filter(pl.col("ad_spend") > 0, pl.col("attributed_conversions") == 0)
    if wasted.height:
        cost = formats.short_money(to_major(int(wasted["ad_spend"].sum()), numbers.currency), numbers.currency)
        named = ", ".join(wasted["campaign_name"].head(3)) + (" and others" if wasted.height > 3 else "")
        yield f"{cost} went to campaigns without any attributed conversion: {named}."


def _leads(numbers: WeeklyNumbers) -> Iterator[str]:
    leads = numbers.figures["leads"]
    if leads.now.value:
        converted = numbers.leads.filter(pl.col("status") == "converted")["n"].sum()
        n_leads = formats.number(leads.now.value, currency=numbers.currency)
        against = _against(leads.change, f"the {numbers.days.span} before")
        yield f"{n_leads} leads came{against}; {converted:,} have bought so far."


def _forecast(held: ForecastHeld, currency: str) -> str:
    expected = forecast_words(held, held.expected, currency)
    if held.actual is None:
        return f"{expected} of attributed revenue was forecast; what came is not known of every day."
    off = ratio(held.actual - held.expected, held.expected)
    by = "" if off is None else f", {formats.percent(abs(off))} {'more' if off >= 0 else 'less'}"
    within = f"{held.n_within} of {held.n_days} days lay within their bounds"
    came = forecast_words(held, held.actual, currency)
    return f"{MEASURES[held.measure]} was forecast to be {expected}, and {came} came{by}; {within}."


def _experiments(numbers: WeeklyNumbers) -> Iterator[str]:
    for row in numbers.experiments.iter_rows(named=True):
        lift = row["improvement_percent"]
        by = "" if lift is None else f" by {formats.percent(abs(lift) / 100)}"
        won = f"{row['winner']} won{by}" if row["winner"] else "no variant was surely better"
        yield f"The experiment “{row['name']}” has ended: {won}."


def _moves(numbers: WeeklyNumbers) -> Iterator[str]:
    if numbers.moves is None:
        return
    currency, step = numbers.currency, 10 ** -minor_digits(numbers.currency)
    moved = numbers.moves.with_columns(change=pl.col("spend") - pl.col("usual_spend"))
    gain = float((moved["result"] - moved["usual_result"]).sum())
    most = moved.sort("change", "campaign_id")
    down, up = most.row(0, named=True), most.row(-1, named=True)
    if gain > step and up["change"] > step:
        taken = f", most of it from {down['name']}" if down["change"] < -step else ""
        by = formats.short_money(up["change"], currency)
        brings = f"would bring about {formats.short_money(gain, currency)} of revenue more a day"
        yield f"The same budget, split best, {brings}: {by} a day more for {up['name']}{taken}."


def _alerts(numbers: WeeklyNumbers) -> Iterator[str]:
    still = numbers.alerts.filter(pl.col("closed_at").is_null())
    if still.height:
        counted = "1 alert is" if still.height == 1 else f"{still.height:,} alerts are"
        yield f"{counted} open: {'; '.join(still['words'].head(3))}"


def _against(change: float | None, what: str) -> str:
    if change is None:
        return ""
    if abs(change) < _SAME:
        return f", as {what}"
    return f", {formats.percent(abs(change))} {'more' if change > 0 else 'less'} than {what}"


def _against_usual(numbers: WeeklyNumbers, name: str) -> str:
    value, usual = numbers.figures[name].now.value, numbers.usual.get(name)
    change = None if value is None or usual is None else ratio(value - usual, usual)
    return _against(change, numbers.days.usual_words)
