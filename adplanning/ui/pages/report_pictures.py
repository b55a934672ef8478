"""The pictures below the attribution report: how far models differ, how paths run, how sure a learned credit is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from adplanning.attribution.comparison import disagreements, side_by_side
from adplanning.attribution.comparison_charts import MAX_KEYS, models_beside
from adplanning.attribution.crediting import LEARNED_MODELS
from adplanning.attribution.path_charts import histogram, path_flow_chart
from adplanning.attribution.report import AttributionReport
from adplanning.attribution.report_service import PathReport
from adplanning.attribution.uncertainty import LEVEL, MIN_PERSONS
from adplanning.attribution.uncertainty_charts import channel_interval_chart
from adplanning.core import formats
from adplanning.core.money import major_units
from adplanning.ui.chart import ChartCard
from adplanning.ui.pages.report_question import MODELS, Question
from adplanning.ui.visit import Visit

MAX_BARS = 15
_NO_PATH = "No conversion of the chosen dates has a touchpoint on its path. Choose other dates or other conversions."


@dataclass(frozen=True)
class Pictures:
    """The chart cards, in the order in which they stand."""

    models: ChartCard
    intervals: ChartCard
    flow: ChartCard
    lengths: ChartCard
    lags: ChartCard

    @classmethod
    def waiting(cls, visit: Visit) -> Pictures:
        """Cards without a chart yet."""

        def card(title: str, file_name: str) -> ChartCard:
            return ChartCard(served=visit.served, title=title, file_name=file_name)

        return cls(
            card("How much do the credit models agree?", "models-side-by-side"),
            card("How sure is the credit of each channel?", "credit-of-channels"),
            card("How do the paths to a conversion run?", "path-flow"),
            card("How many touchpoints did a conversion take?", "path-lengths"),
            card("How many days did a conversion take?", "time-lags"),
        )


def draw_models(card: ChartCard, report: AttributionReport, model: str) -> None:
    """Put the credited value of each key under each model side by side, and say how far the others are from one."""
    names = _told_apart(report.rows)
    beside = side_by_side(names, report.models, measure="credited_value_minor")
    rows = beside.with_columns(major_units(pl.col(*report.models, "spread"), report.currency))
    drawn = rows.filter(pl.max_horizontal(report.models) > 0)
    card.words = _differences(disagreements(names, report.models, measure="credited_value_minor"), model)
    if drawn.height > MAX_KEYS:
        card.words += f" Of {drawn.height} rows the {MAX_KEYS} with the most value are drawn; the CSV has all."
    picture = models_beside(drawn, models=MODELS, currency=report.currency) if drawn.height else None
    card.draw(picture, rows.to_dicts(), empty="No value is credited under any model. Choose other dates.")


def draw_intervals(card: ChartCard, question: Question, found: pl.DataFrame | None) -> None:
    """Put the credit of each channel on its interval; `found` is None under a model that does not learn."""
    model = MODELS[question.model]
    if found is None:
        card.words = ""
        learned = " or ".join(MODELS[name] for name in LEARNED_MODELS)
        card.draw(None, [], empty=f"{model} follows a rule and learns nothing. Choose {learned} to see how sure it is.")
        return
    few = [
        f"{channel} ({n})"
        for channel, n in found.filter(pl.col("reason").is_not_null()).select("channel", "n_persons").iter_rows()
    ]
    said = []
    if len(few) < found.height:
        said.append(f"of ten such intervals about {10 * LEVEL:.0f} hold the true value.")
    if few:
        said.append(
            f"hollow points have no interval, as fewer than {MIN_PERSONS} persons converted on a path with them: "
            f"{', '.join(few)}."
        )
    card.words = f"{model}: {' Also, '.join(said)}" if said else ""
    picture = channel_interval_chart(found, title=card.title) if found.height else None
    card.draw(picture, found.to_dicts(), empty=_NO_PATH)


def draw_paths(pictures: Pictures, found: PathReport, currency: str) -> None:
    """Draw how the paths run, how long they are and how long they take."""
    n_with_path = found.n_conversions - found.n_without_touch
    told = (
        f"{formats.number(n_with_path, currency=currency)} of {formats.number(found.n_conversions, currency=currency)} "
        "conversions have a touchpoint on their path."
    )
    flow = path_flow_chart(found.nodes, found.bands) if n_with_path else None
    pictures.flow.words = f"{told} The last touchpoints before the conversion are told apart."
    pictures.flow.draw(flow, found.bands.select("from_step", "from_channel", "to_channel", "n_paths").to_dicts(),
                       empty=_NO_PATH)  # fmt: skip
    for card, rows, of, axis in (
        (pictures.lengths, found.lengths, "n_touches", "touchpoints on the path"),
        (pictures.lags, found.lags, "days", "whole days from the first touchpoint to the conversion"),
    ):
        card.words = told
        bars = gathered(rows, of)
        picture = histogram(bars, of=of, axis=axis, title=card.title) if n_with_path else None
        value = major_units(pl.col("value_minor"), currency).alias("value")
        card.draw(picture, rows.select(of, "conversions", value, "share").to_dicts(), empty=_NO_PATH)


def gathered(rows: pl.DataFrame, of: str, *, n_bars: int = MAX_BARS) -> pl.DataFrame:
    """At most so many bars of a distribution over whole numbers, the last of them for all that lies beyond.

    Numbers between that do not occur have a bar of their own, of zero; the sum stays.

    Parameters
    ----------
    rows : one row per number: the column `of`, and conversions.

    Returns
    -------
    One row per bar, in order: `of` as text, n_conversions.

    >>> gathered(pl.DataFrame({"days": [0, 2, 5, 9], "conversions": [4, 3, 2, 1]}), "days", n_bars=4).rows()
    [('0', 4), ('1', 0), ('2', 3), ('3 or more', 3)]
    """
    if not rows.height:
        return pl.DataFrame(schema={of: pl.String, "n_conversions": pl.Int64})
    counts: Mapping[int, int] = dict(rows.select(of, "conversions").iter_rows())
    first, last = min(counts), max(counts)
    if last - first < n_bars:
        bars = {str(number): counts.get(number, 0) for number in range(first, last + 1)}
    else:
        beyond = first + n_bars - 1
        bars = {str(number): counts.get(number, 0) for number in range(first, beyond)}
        bars[f"{beyond} or more"] = sum(n for number, n in counts.items() if number >= beyond)
    return pl.DataFrame({of: list(bars), "n_conversions": list(bars.values())})


def _told_apart(rows: pl.DataFrame) -> pl.DataFrame:
    """Two keys of one name get their key beside it."""
    is_shared = pl.col("key").n_unique().over("name") > 1
    return rows.with_columns(
        pl.when(is_shared).then(pl.format("{} ({})", "name", "key")).otherwise("name").alias("name")
    )


def _differences(pairs: pl.DataFrame, model: str) -> str:
    """How much of the credited value two models place differently: of the pair that differs most, and of one model
    and each other.
    """
    known = pairs.filter(pl.col("moved_share").is_not_null())
    if not known.height:
        return ""
    most = known.sort("moved_share", "model", "other", descending=[True, False, False]).row(0, named=True)
    if not most["moved_share"]:
        return "All models place the credited value alike."
    its = known.filter((pl.col("model") == model) | (pl.col("other") == model)).select(
        "moved_share", other=pl.when(pl.col("model") == model).then("other").otherwise("model")
    )
    each = ", ".join(
        f"{MODELS[other].lower()} {formats.percent(share)}"
        for share, other in its.sort("moved_share", "other", descending=[True, False]).iter_rows()
    )
    return (
        f"{MODELS[most['model']]} and {MODELS[most['other']].lower()} differ most of all pairs: they place "
        f"{formats.percent(most['moved_share'])} of the credited value differently. "
        f"From {MODELS[model].lower()} the others differ by: {each}."
    )
