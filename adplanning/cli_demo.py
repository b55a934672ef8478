"""`adplanning demo`: a made-up shop in an empty store, and everything that can be told of it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Engine, exists, select

from adplanning.cli_serve import serve
from adplanning.cli_store import opened_store, out, progress_bar, report, run_reported, say
from adplanning.store.session import writing
from adplanning.store.tables.segments import Segment

if TYPE_CHECKING:
    from adplanning.demo.shop import Shop

# Half a year, and some days more than the 180 that the model of buying needs in whatever time zone it counts them.
DAYS = 183
FORECAST_BEFORE = timedelta(days=28)


def demo(
    days: Annotated[int, typer.Option(help="how many days of history", min=14, max=730)] = DAYS,
    seed: Annotated[int, typer.Option(help="another number, another shop")] = 7,
    meta: Annotated[bool, typer.Option("--meta", help="sync its ads, leads and posts from an invented Meta")] = False,
    serve_after: Annotated[bool, typer.Option("--serve/--no-serve", help="serve the API afterwards")] = True,
) -> None:
    """Fill an empty store with a made-up shop, attribute its conversions, score its customers, say where to look."""
    from adplanning.demo.shop import shop  # noqa: PLC0415

    until = datetime.now(ZoneInfo("Asia/Kolkata")).date() - timedelta(days=1)
    with ExitStack() as kept:
        with progress_bar("Making a shop") as progress:
            made = shop(days, seed, until=until)
            report(progress, "Making a shop", 1.0)
        if meta:
            from adplanning.demo.pretended_meta import pretended_meta  # noqa: PLC0415

            kept.enter_context(pretended_meta(made))
        # A forecast of days that are over by now shows how right it was; it takes some days to learn from.
        before = str(until - FORECAST_BEFORE) if timedelta(days=days) > 2 * FORECAST_BEFORE else None
        _fill_and_run(made, ["sync_meta_ads"] if meta else [], forecast_as_of=before)
        if serve_after:
            serve()


def _fill_and_run(made: Shop, first: list[str], *, forecast_as_of: str | None) -> None:
    """Fill the store with the shop, run the notebooks that tell something of it, and say where to look."""
    from adplanning.demo.alerts import watch  # noqa: PLC0415
    from adplanning.demo.filling import TABLES_IN_ORDER, fill  # noqa: PLC0415

    with opened_store() as (engine, settings):
        with progress_bar("Filling the store") as progress:
            steps = iter(range(1, len(TABLES_IN_ORDER) + 1))
            filled = fill(engine, made, lambda words: report(progress, words, next(steps) / len(TABLES_IN_ORDER)))
        out.print(filled.message, highlight=False)
        for notebook in first:
            run_reported(engine, settings, notebook, {})
        credited = run_reported(engine, settings, "attribute_conversions", {})
        # Scores ask how texts sound, and segments ask for scores.
        run_reported(engine, settings, "analyze_sentiment", {})
        scored = run_reported(engine, settings, "score_customers", {})
        _suggest_segments(engine)
        run_reported(engine, settings, "rebuild_segments", {})
        run_reported(engine, settings, "update_experiments", {})
        if forecast_as_of is not None:
            run_reported(engine, settings, "forecast_budget", {"as_of": forecast_as_of})
        forecast = run_reported(engine, settings, "forecast_budget", {})
        with writing(engine) as session:
            watch(session, currency=settings.currency, now=datetime.now(UTC))
        run_reported(engine, settings, "check_alerts", {})
        say(
            "\nWhere to look:\n"
            "  http://localhost:9000\n"
            "      the dashboards, while `adplanning serve` runs; admin's password is printed at its first start,\n"
            "      and another one by: adplanning user password admin\n"
            f"  {credited.output_path}\n"
            "      credited conversions, spend and ROAS per campaign, table and chart\n"
            f"  {scored.output_path}\n"
            "      engagement, lifetime value, churn risk and NPS of the customers, by rules and by a model\n"
            f"  {forecast.output_path}\n"
            "      what the next month is expected to bring, and the split of the budget that brings most\n"
            "  adplanning lab\n"
            "      JupyterLab with the tutorials: from single clicks to each of these numbers, step by step\n"
            "  http://localhost:9000/docs\n"
            "      the API; a key: adplanning key create me --role admin"
        )


def _suggest_segments(engine: Engine) -> None:
    """Add the segments that are suggested, once: whoever has changed or removed one keeps what they made of them."""
    from adplanning.segments.criteria import criteria_json  # noqa: PLC0415
    from adplanning.segments.definition import SegmentFields  # noqa: PLC0415
    from adplanning.segments.service import create_segment  # noqa: PLC0415
    from adplanning.segments.suggestions import SUGGESTIONS  # noqa: PLC0415

    with writing(engine) as session:
        if session.scalar(select(exists(select(Segment.id)))):
            return
        for one in SUGGESTIONS:
            given = SegmentFields(
                name=one.name,
                description=one.description,
                segment_type=one.segment_type,
                color=one.color,
                criteria=criteria_json(one.criteria),
            )
            create_segment(session, given, now=datetime.now(UTC))
