"""How fast an ad account is synchronised, and with how many calls, beside one call an object and day with Meta's SDK.

Run by hand: python tests/benchmarks/meta_sync.py [ads, default 5000] [days, default 28]

The invented Graph API is a process of its own; its time is not counted as the processor's, but waited for. The first
run reads all from an empty store, the second reads the same again: 28 days settle.
"""

from __future__ import annotations

import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.campaign import Campaign
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession
from sqlalchemy import Engine, func, select

from adplanning.core.settings import Settings
from adplanning.demo.graph import GraphServer, graph_server
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_seeding import seeded
from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.sync.meta import client_of, sync_meta

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
UNTIL = date(2026, 11, 21)
ACCOUNT = "act_100"
PAGE_ROWS = 500
ADS_OF_SET = SETS_OF_CAMPAIGN = 10
FIELDS = ["account_currency", "campaign_id", "adset_id", "ad_id", "spend", "impressions", "clicks", "actions"]
GOAL_S, GOAL_MB = 60, 300


def main() -> None:
    """Print a line a run; server and runs are processes of their own, so that each peak of memory is its own."""
    n_ads = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    n_days = int(sys.argv[2]) if len(sys.argv) > 2 else 28
    if len(sys.argv) > 3:
        parts: dict[str, Callable[..., None]] = {"serve": _serve, "sync": _sync, "naive": _naive}
        parts[sys.argv[3]](n_ads, n_days, *sys.argv[4:])
        return
    this = [sys.executable, __file__, str(n_ads), str(n_days)]
    with subprocess.Popen([*this, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        told = server.stdout.readline().split()
        for kind in ("sync", "naive"):
            subprocess.run([*this, kind, *told], check=True)
        server.communicate()


def _data(n_ads: int, n_days: int) -> GraphData:
    n_campaigns = math.ceil(n_ads / ADS_OF_SET / SETS_OF_CAMPAIGN)
    return seeded(
        until=UNTIL,
        days=n_days,
        n_campaigns=n_campaigns,
        n_ad_sets=SETS_OF_CAMPAIGN,
        n_ads=ADS_OF_SET,
        n_leads=0,
        n_posts=0,
    )


def _serve(n_ads: int, n_days: int) -> None:
    """Tell where, and what the ads have spent in cents; then serve until the other end of stdin closes."""
    data = _data(n_ads, n_days)
    with graph_server(data, today=NOW.date) as server:
        print(server.url, int(data.totals(ACCOUNT, "ad", date.min, UNTIL).spend * 100), flush=True)
        sys.stdin.read()


def _sync(n_ads: int, n_days: int, url: str, truth: str) -> None:
    settings = _settings(url)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{folder}/store.db")
        for run in ("first", "again"):
            with client_of(settings, now=lambda: NOW) as client:
                before = _peak_mb()
                start, cpu = time.perf_counter(), time.process_time()
                outcome = sync_meta(engine, client, settings, now=lambda: NOW, told=lambda *_: None)
                seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
                n_calls = client.n_calls
            n_rows, spend = _stored(engine)
            assert spend["ad"] == int(truth), outcome.in_words
            stored = sum(n_rows.values())
            size = Path(folder, "store.db").stat().st_size / 2**20
            print(
                f"{run}: {n_ads:,} ads, {n_days} days: {seconds:.2f} s (processor {cpu_seconds:.2f} s; goal {GOAL_S}) "
                f"{stored:,} rows, {stored / seconds:,.0f} rows/s, peak {_peak_mb():,.0f} MB (before {before:,.0f}; "
                f"goal {GOAL_MB}), {n_calls} calls (at least {_least_calls(n_rows, n_ads)}), file {size:,.0f} MB"
            )
        engine.dispose()


def _stored(engine: Engine) -> tuple[dict[str, int], dict[str, int]]:
    spend = TABLES["daily_spend"]
    query = select(spend.c.level, func.count(), func.sum(spend.c.spend_minor)).group_by(spend.c.level)
    with reading(engine) as session:
        found = session.execute(query).all()
    return {level: n for level, n, _ in found}, {level: int(minor) for level, _, minor in found}


def _least_calls(n_rows: dict[str, int], n_ads: int) -> int:
    """One for the token, for accounts and for pages; then full pages of objects and figures, whatever the stretches."""
    n_sets = math.ceil(n_ads / ADS_OF_SET)
    lists = (n_ads, n_sets, math.ceil(n_sets / SETS_OF_CAMPAIGN), *n_rows.values())
    # The page's forms, leads of each of two forms, and posts, planned and published: none of them has more than one.
    return 3 + sum(math.ceil(n / PAGE_ROWS) for n in lists) + 5


def _naive(n_ads: int, n_days: int, url: str, _: str) -> None:
    """What one would write first: campaign by campaign, ad set by ad set, one call for each object and day."""
    FacebookSession.GRAPH = url
    settings = _settings(url)
    assert settings.meta_access_token is not None
    assert settings.meta_app_secret is not None
    api = FacebookAdsApi.init(
        app_secret=settings.meta_app_secret.get_secret_value(),
        access_token=settings.meta_access_token.get_secret_value(),
        api_version=settings.meta_api_version,
        crash_log=False,
    )
    start = time.perf_counter()
    n_calls = n_rows = 0
    campaign = next(iter(AdAccount(ACCOUNT, api=api).get_campaigns(fields=["name"], params={"limit": 1})))
    ad_set = next(iter(Campaign(campaign["id"], api=api).get_ad_sets(fields=["name"], params={"limit": 1})))
    ads = list(AdSet(ad_set["id"], api=api).get_ads(fields=["name"]))
    for part in [campaign, *ads]:
        for before in range(n_days):
            day = (UNTIL - timedelta(days=before)).isoformat()
            asked: dict[str, Any] = {"time_range": {"since": day, "until": day}, "time_increment": 1}
            n_rows += len(list(part.get_insights(fields=FIELDS, params=asked)))
            n_calls += 1
    seconds = time.perf_counter() - start
    n_sets = math.ceil(n_ads / ADS_OF_SET)
    n_campaigns = math.ceil(n_sets / SETS_OF_CAMPAIGN)
    all_calls = (n_ads + n_campaigns) * n_days + 1 + n_campaigns + n_sets
    print(
        f"one call an object and day: {n_calls} calls, {n_rows} rows in {seconds:.2f} s; all {all_calls:,} calls would "
        f"take {seconds / n_calls * all_calls:,.0f} s (extrapolated), without storing a row"
    )


def _settings(url: str) -> Settings:
    server = GraphServer(_data(100, 1), NOW.date)
    return Settings(
        _env_file=None, meta_base_url=url, meta_access_token=server.access_token, meta_app_secret=server.app_secret
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
