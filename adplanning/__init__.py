"""Ad planning and attribution: which rupee worked, and where the next one should go.

An analyst's way in, from Python or JupyterLab (`adplanning lab` starts it with the tutorials):

>>> import adplanning
>>> ws = adplanning.example()  # a small made-up shop; adplanning.open() is your own store
>>> report = ws.attribution("time_decay", ("2026-10-11", "2026-10-31"), conversion_types=["purchase"])
>>> report.select("name", "credited_value", "spend", "roas").head(2)
shape: (2, 4)
┌──────────────────────────────┬────────────────┬─────────┬──────────┐
│ name                         ┆ credited_value ┆ spend   ┆ roas     │
│ ---                          ┆ ---            ┆ ---     ┆ ---      │
│ str                          ┆ f64            ┆ f64     ┆ f64      │
╞══════════════════════════════╪════════════════╪═════════╪══════════╡
│ Prospecting | Quilts | Video ┆ 19476.09       ┆ 2642.13 ┆ 7.371359 │
│ No campaign found            ┆ 14982.73       ┆ null    ┆ null     │
└──────────────────────────────┴────────────────┴─────────┴──────────┘

Every answer is a polars frame, over all rows of its period, without bots. What can be asked:

=====================  ==============================================================================================
what happened          conversions, touchpoints, campaigns, campaign_days, leads, social_posts, goals, texts
which campaign earned  attribution, credited_paths, top_paths, path_lengths, time_lags, credit_intervals
how it went            metrics, metric_days, campaign_metrics
customers              customers, matching, segments, segment_members, scores, at_risk, customer_model, journey
                       funnel, retention, conversion_times, top_ways, nps
experiments            experiments, experiment, experiment_verdict, experiment_days, experiment_sequence
                       experiment_audience
what next              forecast, forecast_totals, forecasts, forecast_accuracy, response_curves, response_fits,
                       best_split
the store itself       rates, runs, imports, alerts
=====================  ==============================================================================================

`help(ws.attribution)` explains one of them with an example; `adplanning reference FOLDER` writes all of it as pages.
`adplanning.lab_charts.draw_charts_in_lab()` lets JupyterLab draw altair's charts without a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adplanning.workspace import Workspace

__all__ = ["example", "open"]


def open(database_url: str | None = None) -> Workspace:  # noqa: A001 (read as adplanning.open)
    """Open a store for analysis; see `adplanning.workspace.Workspace` for what it answers.

    Parameters
    ----------
    database_url : such as sqlite:///data/adplanning.db; the one of the settings when not given.

    Raises
    ------
    InvalidData : the URL names no database this product works on.
    StoreTooNew : a newer release has upgraded the store.

    >>> import adplanning
    >>> adplanning.open("mysql://localhost/shop")
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: ADPLANNING_DATABASE_URL: names no database this product works on; write
    sqlite:///path/to/file.db or postgresql://user:password@host:5432/name
    """
    # Imported here because the reading process loads this package too, and should start quickly.
    from adplanning.workspace import open_workspace  # noqa: PLC0415

    return open_workspace(database_url)


def example() -> Workspace:
    """Open a small made-up shop to try things on: three weeks in October 2026, in a temporary store.

    Nothing of yours is touched, and it is gone when Python ends. The examples of `Workspace` run on it.

    >>> import adplanning
    >>> adplanning.example().conversions().height
    431
    """
    from adplanning.workspace_example import example_workspace  # noqa: PLC0415

    return example_workspace()
