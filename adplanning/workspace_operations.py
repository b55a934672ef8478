"""What an analyst asks about the store itself: which files and rates it holds, how runs ended, what alerts say."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from sqlalchemy import select

from adplanning.alerts.watching import SHARES
from adplanning.store import facts
from adplanning.store.tables.catalogue import TABLES
from adplanning.workspace_store import OpenStore

_RATE = ("on", "currency", "in_currency", "rate")
_RUN = ("notebook", "status", "message", "started_at", "finished_at", "output_path")
_IMPORT = ("imported_at", "kind", "file_name", "n_received", "n_stored", "n_duplicates", "n_rejected")


@dataclass(frozen=True)
class OperationWorkspace(OpenStore):
    """An open store, asked about itself; see `workspace.Workspace`."""

    def rates(self) -> pl.DataFrame:
        """The rates between currencies that the store knows, by currency and day.

        Returns
        -------
        One row per day and pair: on, currency, in_currency, rate (one unit of `currency` is so much of `in_currency`).

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.rates()["currency"].unique().sort().to_list()
        ['AED', 'EUR', 'USD']
        """
        return facts.scan(self.engine, "currency_rates", _RATE).sort("currency", "in_currency", "on").collect()

    def runs(self) -> pl.DataFrame:
        """How batch runs ended, the latest first.

        Returns
        -------
        One row per run: run_id, notebook, status, message, started_at, finished_at, output_path (of the notebook).

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.runs().height
        0
        """
        of = TABLES["batch_runs"].c
        query = select(of.id.label("run_id"), *(of[name] for name in _RUN))
        return facts.read(self.engine, query)[0].sort("started_at", "run_id", descending=True)

    def imports(self) -> pl.DataFrame:
        """Which files were taken in, the latest first; n_received = n_stored + n_duplicates + n_rejected.

        Returns
        -------
        One row per file: import_id, imported_at, kind, file_name, n_received, n_stored, n_duplicates, n_rejected.

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.imports().height
        0
        """
        of = TABLES["imports"].c
        query = select(of.id.label("import_id"), *(of[name] for name in _IMPORT))
        return facts.read(self.engine, query)[0].sort("imported_at", "import_id", descending=True)

    def alerts(self, *, only_open: bool = True) -> pl.DataFrame:
        """What the rules have found that somebody should look at, the latest first.

        Parameters
        ----------
        only_open : leave out what is over.

        Returns
        -------
        One row per alert: alert_id, rule (its name), kind, metric, subject (a campaign's id; empty for the account),
        words, value (in the unit of the metric, shares in percent), opened_at, closed_at (null while it lasts).

        >>> import adplanning
        >>> ws = adplanning.example()
        >>> ws.alerts().height
        0
        """
        alert, rule = TABLES["alerts"].c, TABLES["alert_rules"].c
        columns = [alert.id.label("alert_id"), rule.name.label("rule"), rule.kind, rule.metric]
        columns += [alert.subject, alert.words, alert.value, alert.opened_at, alert.closed_at]
        query = select(*columns).join_from(TABLES["alerts"], TABLES["alert_rules"], alert.rule_id == rule.id)
        if only_open:
            query = query.where(alert.closed_at.is_(None))
        found = facts.read(self.engine, query)[0].sort("opened_at", "alert_id", descending=True)
        is_share = pl.col("metric").is_in(list(SHARES))
        return found.with_columns(value=pl.when(is_share).then((pl.col("value") * 100).round(9)).otherwise("value"))
