"""How forecasts of the past would have done on a store, campaign by campaign, beside "as a week ago".

Run by hand: python tests/benchmarks/backtest.py

The store is that of the settings, such as a demo: `ADPLANNING_HOME=… adplanning demo --no-serve`. Printed are, for each
figure, the account and each campaign over ten origins of 14 days, and the mean over campaigns.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

import adplanning
from adplanning.forecasts.backtest import rolling_origins
from adplanning.forecasts.daily_history import account_history
from adplanning.forecasts.event_service import told_events
from adplanning.forecasts.history_service import campaign_histories
from adplanning.forecasts.service import as_series

ACCOUNT = "all campaigns"
MEASURES = ("revenue", "n_conversions", "spend")
FIGURES = ("mase", "naive_mase", "coverage", "naive_coverage", "bias")


def main() -> None:
    """Print a table per figure."""
    ws = adplanning.open()
    settings = ws.settings
    today_on = datetime.now(UTC).astimezone(settings.zone).date()
    histories = campaign_histories(
        ws.engine,
        as_of_on=today_on - timedelta(days=1),
        zone=settings.zone,
        currency=settings.currency,
        public_revenue=settings.public_revenue,
    )
    last_on = histories.drop_nulls("spend_minor")["on"].max()
    if not isinstance(last_on, type(today_on)):
        print("Nothing was spent in this store.")
        return
    known = histories.filter(pl.col("on") <= last_on)
    parts = known.partition_by("campaign_id", as_dict=True, include_key=False)
    series = {
        ACCOUNT: account_history(known, as_of_on=last_on),
        **{str(key[0]): of_it for key, of_it in parts.items()},
    }
    for measure in MEASURES:
        rows = []
        for name, days in series.items():
            of_it = told_events(ws.engine, None if name == ACCOUNT else name, zone=settings.zone)
            tested = rolling_origins(as_series(days, as_of_on=last_on), measure=measure, events=of_it)
            rows.append({"series": name, **{figure: getattr(tested, figure) for figure in FIGURES}})
        table = pl.DataFrame(rows, infer_schema_length=None)
        with pl.Config(tbl_rows=-1, fmt_str_lengths=40, float_precision=3, tbl_hide_dataframe_shape=True):
            print(measure, table)
            print("mean of campaigns", table.slice(1).select(pl.col(FIGURES).mean()))


if __name__ == "__main__":
    main()
