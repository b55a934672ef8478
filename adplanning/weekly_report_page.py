"""A weekly report as one HTML file: nothing on it runs, nothing is loaded, and it prints on a few sheets."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import altair as alt
import polars as pl
import vl_convert
from altair.utils._importers import vl_version_for_vl_convert
from jinja2 import Environment

from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.forecasts.budget import LEAST_SHARE, MOST_SHARE
from adplanning.metrics.definitions import METRICS
from adplanning.metrics.figures_service import Comparison
from adplanning.weekly_report import TOLD, WeeklyNumbers
from adplanning.weekly_report_words import MEASURES, change_words, figure_words, findings, forecast_words

MOST_ROWS: Final = 15
_WIDTH, _HEIGHT = 120, 28


@dataclass(frozen=True)
class _Table:
    """`heads` are titles; those that end in `#` are of numbers. `note` stands below, and alone where no row is."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def report_html(numbers: WeeklyNumbers, charts: Mapping[str, alt.TopLevelMixin], *, now: datetime) -> str:
    """The report: findings in words, the headlines, then the numbers and charts, and at its end what they mean.

    Parameters
    ----------
    numbers : see `weekly_report.weekly_numbers`.
    charts : by title, drawn as SVG.
    now : when it was made.
    """
    drawn = {title: _picture(chart) for title, chart in charts.items()}
    return _PAGE.render(
        days=numbers.days.words,
        before=numbers.days.before_words,
        currency=numbers.currency,
        zone=numbers.zone,
        made=f"{now.astimezone(ZoneInfo(numbers.zone)):%-d %b %Y, %H:%M}",
        findings=findings(numbers),
        gaps=numbers.gaps,
        headlines=[_headline(numbers, name) for name in TOLD],
        has_usual=bool(numbers.usual),
        usual=numbers.days.usual_words,
        charts=drawn,
        tables=[
            _campaigns(numbers),
            _channels(numbers),
            _funnel(numbers),
            _leads(numbers),
            _experiments(numbers),
            _forecasts(numbers),
            _moves(numbers),
            _alerts(numbers),
        ],
        definitions=[METRICS[name] for name in TOLD],
    )


def _headline(numbers: WeeklyNumbers, name: str) -> dict[str, Any]:
    metric, figure = METRICS[name], numbers.figures[name]
    direction = 0 if figure.change is None else (figure.change > 0) - (figure.change < 0)
    return {
        "title": metric.title,
        "value": figure_words(name, figure.now.value, numbers.currency),
        "why": figure.now.unknown_because or "",
        "before": figure_words(name, None if figure.before is None else figure.before.value, numbers.currency),
        "usual": figure_words(name, numbers.usual.get(name), numbers.currency),
        "change": _change(figure),
        "mood": {1: "good", -1: "bad"}.get(direction * metric.good, ""),
        "course": _course(figure.days),
    }


def _change(figure: Comparison) -> str:
    before = None if figure.before is None else figure.before.value
    if figure.now.value is None or before is None:
        return "no change is known"
    # Against nothing there is no share.
    return "as before" if figure.now.value == before else change_words(figure.change) or "none before"


def _course(days: Sequence[float | None]) -> list[str]:
    """The points of each unbroken line through the days; what is not known breaks it."""
    known = [value for value in days if value is not None]
    if len(known) < 2:
        return []
    low, size = min(0, *known), (max(0, *known) - min(0, *known)) or 1
    lines: list[list[str]] = [[]]
    for at, value in enumerate(days):
        if value is None:
            lines.append([])
        else:
            x, y = _WIDTH * at / (len(days) - 1), _HEIGHT * (1 - (value - low) / size)
            lines[-1].append(f"{x:.1f},{y:.1f}")
    return [" ".join(points) for points in lines if points]


def _campaigns(numbers: WeeklyNumbers) -> _Table:
    shown = numbers.campaigns.head(MOST_ROWS)
    rest = numbers.campaigns.height - shown.height
    rows = [
        [
            row["campaign_name"] or row["campaign_id"],
            _minor(row["ad_spend"], numbers.currency),
            _minor(row["ad_spend_before"], numbers.currency),
            _minor(row["attributed_revenue"], numbers.currency),
            _minor(row["attributed_revenue_before"], numbers.currency),
            formats.times(row["roas"]),
            formats.times(row["roas_before"]),
        ]
        for row in shown.iter_rows(named=True)
    ]
    heads = ["Campaign", "Ad spend#", "before#", "Attributed revenue#", "before#", "ROAS#", "before#"]
    note = f"{rest:,} more campaigns spent less." if rest else ""
    return _Table("Campaigns", heads, rows, note or ("" if rows else "No campaign spent or brought anything."))


def _minor(amount: int | None, currency: str) -> str:
    return formats.short_money(None if amount is None else to_major(amount, currency), currency)


def _channels(numbers: WeeklyNumbers) -> _Table:
    rows = [
        [
            row["name"].capitalize(),
            formats.number(row["credited_conversions"], currency=numbers.currency),
            formats.short_money(row["credited_value"], numbers.currency),
            formats.percent(row["share"]),
        ]
        for row in numbers.channels.iter_rows(named=True)
    ]
    heads = ["Channel", "Credited purchases and leads#", "Credited revenue#", "Share#"]
    return _Table("Channels", heads, rows, "By the last click before each purchase or lead.")


def _funnel(numbers: WeeklyNumbers) -> _Table:
    rows = [
        [
            row["stage"].capitalize(),
            formats.number(row["n"], currency=numbers.currency),
            formats.number(row["n_before"], currency=numbers.currency),
            formats.percent(row["share"]),
            formats.percent(row["dropoff"]),
        ]
        for row in numbers.funnel.iter_rows(named=True)
    ]
    return _Table(
        "Customer funnel", ["Stage", "Customers#", "before#", "Of all#", "Lost since the stage before#"], rows
    )


def _leads(numbers: WeeklyNumbers) -> _Table:
    rows = [
        [status.capitalize(), formats.number(n, currency=numbers.currency)] for status, n in numbers.leads.iter_rows()
    ]
    note = "As they stand now, by the time they were left." if rows else "No lead was left in these days."
    return _Table("Leads", ["Status", "Leads#"], rows, note)


def _experiments(numbers: WeeklyNumbers) -> _Table:
    rows = [
        [
            row["name"],
            row["winner"] or "none",
            change_words(None if row["improvement_percent"] is None else row["improvement_percent"] / 100),
            "–" if row["p_value"] is None else f"{row['p_value']:.3g}",
        ]
        for row in numbers.experiments.iter_rows(named=True)
    ]
    running = f"{numbers.n_running:,} {'is' if numbers.n_running == 1 else 'are'} running."
    note = running if rows else f"None was decided in these days; {running}"
    return _Table("Experiments decided", ["Experiment", "Winner", "Change#", "p#"], rows, note)


def _forecasts(numbers: WeeklyNumbers) -> _Table:
    rows = [
        [
            MEASURES[held.measure],
            forecast_words(held, held.expected, numbers.currency),
            forecast_words(held, held.actual, numbers.currency),
            f"{held.n_within} of {held.n_days}",
        ]
        for held in numbers.forecasts
    ]
    note = "Of all campaigns together." if rows else "No forecast that was made before tells of all these days."
    return _Table("Forecast and actual", ["Figure", "Forecast#", "Actual#", "Days within bounds#"], rows, note)


def _moves(numbers: WeeklyNumbers) -> _Table:
    heads = ["Campaign", "Spends a day#", "Should spend a day#", "Expected revenue a day#", "Caution"]
    if numbers.moves is None:
        return _Table("Budget advice", heads, [], f"None: {numbers.no_moves}.")
    rows = [
        [
            row["name"] or row["campaign_id"],
            *(formats.short_money(row[name], numbers.currency) for name in ("usual_spend", "spend", "result")),
            row["warning"] or "",
        ]
        for row in numbers.moves.sort("spend", "campaign_id", descending=[True, False])
        .head(MOST_ROWS)
        .iter_rows(named=True)
    ]
    bounds = f"each between {LEAST_SHARE:g} and {MOST_SHARE:g} times what it spends"
    note = f"The same total a day, split so that it brings most; {bounds}."
    return _Table("Budget advice", heads, rows, note)


def _alerts(numbers: WeeklyNumbers) -> _Table:
    shown = numbers.alerts.head(MOST_ROWS).with_columns(
        pl.col("opened_at", "closed_at").dt.convert_time_zone(numbers.zone).dt.strftime("%-d %b")
    )
    rows = [[row["words"], row["opened_at"], row["closed_at"] or "still open"] for row in shown.iter_rows(named=True)]
    return _Table("Alerts", ["What", "Since", "Until"], rows, "" if rows else "None was given, and none is open.")


def _picture(chart: alt.TopLevelMixin) -> str:
    # A reader's font may be wider than the one it was measured with: labels at the edge need room.
    svg = vl_convert.vegalite_to_svg(
        chart.to_dict(),
        vl_version=vl_version_for_vl_convert(),
        config={"padding": {"left": 32, "right": 32, "top": 5, "bottom": 5}},
        allowed_base_urls=[],
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Weekly report, {{ days }}</title>
<style>
:root { --ink: #1f2430; --quiet: #5c6470; --line: #d9dde3; --good: #00695c; --bad: #b3261e; --blue: #0072B2; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: var(--ink); background: #fff;
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.2rem; margin: 1.75rem 0 .5rem; }
p { margin: .25rem 0; }
.quiet { color: var(--quiet); font-size: .875em; }
.findings { font-size: 1.1rem; padding-left: 1.25rem; }
.findings li { margin: .4rem 0; }
.gaps { border-left: .25rem solid #E69F00; padding: .25rem .75rem; margin: 1rem 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .75rem; }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; break-inside: avoid; }
.tile strong { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); }
polyline { fill: none; stroke: var(--blue); stroke-width: 2; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; }
.number { text-align: right; padding-right: .75rem; }
.wide { overflow-x: auto; }
figure { margin: .5rem 0; break-inside: avoid; }
img { display: block; max-width: 100%; height: auto; margin: .5rem 0; }
dt { font-weight: 600; margin-top: .5rem; } dd { margin: 0; }
@page { size: A4; margin: 14mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 9pt; }
  section, tr { break-inside: avoid; }
  h1 { font-size: 18pt; } h2 { font-size: 12pt; margin-top: 12pt; break-after: avoid; }
  .findings { font-size: 10.5pt; }
  .tiles { grid-template-columns: repeat(3, 1fr); gap: 6pt; }
  .tile { padding: 6pt 8pt; }
  .tile strong { font-size: 14pt; }
}
</style>
</head>
<body>
<header>
<h1>Weekly report, {{ days }}</h1>
<p class="quiet">Held against {{ before }}. Amounts in {{ currency }}, days of {{ zone }}. Made {{ made }}.</p>
</header>
<main>
<section>
<h2>What happened</h2>
<ul class="findings">
{% for words in findings %}
<li>{{ words }}</li>
{% else %}
<li>Nothing was recorded in these days.</li>
{% endfor %}
</ul>
</section>
{% if gaps %}
<section class="gaps">
<h2>What these numbers lack</h2>
<ul>
{% for words in gaps %}
<li>{{ words }}</li>
{% endfor %}
</ul>
</section>
{% endif %}
<div class="numbers">
<h2>Headlines</h2>
<div class="tiles">
{% for one in headlines %}
<div class="tile">
<p>{{ one.title }}</p>
<strong{% if one.why %} title="{{ one.why }}"{% endif %}>{{ one.value }}</strong>
<p class="{{ one.mood }}">{{ one.change }}</p>
<p class="quiet">before {{ one.before }}{% if has_usual %}, usually {{ one.usual }}{% endif %}</p>
{% if one.course %}
<svg width="120" height="30" viewBox="-2 -2 124 32" role="img" aria-label="Its course by day">
{% for points in one.course %}
<polyline points="{{ points }}"/>
{% endfor %}
</svg>
{% endif %}
</div>
{% endfor %}
</div>
<p class="quiet">{% if has_usual %}Usually: {{ usual }}.{% else %}\
What is usual, {{ usual }}, is told once the store knows them.{% endif %}</p>
{% for title, picture in charts.items() %}
<figure>
<img src="{{ picture }}" alt="{{ title }}">
</figure>
{% endfor %}
{% for table in tables %}
<section>
<h2>{{ table.title }}</h2>
{% if table.rows %}
<div class="wide"><table>
<thead><tr>{% for head in table.heads %}<th{% if head[-1:] == "#" %} class="number"{% endif %}>\
{{ head.rstrip("#") }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in table.rows %}
<tr>{% for cell in row %}<td{% if table.heads[loop.index0][-1:] == "#" %} class="number"{% endif %}>\
{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table></div>
{% endif %}
{% if table.note %}
<p class="quiet">{{ table.note }}</p>
{% endif %}
</section>
{% endfor %}
<section>
<h2>What the numbers mean</h2>
<dl>
{% for metric in definitions %}
<dt>{{ metric.title }}</dt>
<dd>{{ metric.help }} <span class="quiet">{{ metric.formula }}</span></dd>
{% endfor %}
</dl>
</section>
</div>
</main>
</body>
</html>
""")
