"""The HTTP API: routes, keys, bounds, errors and the intake, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from sqlalchemy import Engine

from adplanning.api import access, errors
from adplanning.api.intake import Intake
from adplanning.api.routes import (
    alerts,
    attribution,
    attribution_report,
    budgets,
    conversions,
    currency_rates,
    dashboard,
    experiments,
    feedback,
    forecasts,
    goals,
    health,
    journey_analyses,
    journey_timeline,
    journeys,
    leads,
    meta_ad_objects,
    meta_ads,
    meta_sync,
    meta_webhook,
    metrics,
    nps,
    orders,
    person_privacy,
    persons,
    predictive,
    preferences,
    resolution,
    scores,
    segments,
    sentiment,
    social_posts,
    web,
    websites,
)
from adplanning.core.settings import Settings, load_settings
from adplanning.store.upgrading import open_store

ROUTERS = (
    health.router,
    persons.router,
    person_privacy.router,
    orders.router,
    websites.router,
    conversions.router,
    goals.router,
    journeys.router,
    # Before the addresses that end in an id of a person.
    journey_analyses.router,
    journey_timeline.router,
    # Before the addresses that end in an id of a touchpoint.
    resolution.router,
    attribution_report.router,
    attribution.router,
    scores.router,
    nps.router,
    predictive.router,
    segments.router,
    forecasts.router,
    budgets.router,
    experiments.router,
    dashboard.router,
    alerts.router,
    metrics.router,
    meta_ads.router,
    meta_ad_objects.router,
    meta_sync.router,
    leads.router,
    feedback.router,
    sentiment.router,
    social_posts.router,
    currency_rates.router,
    preferences.router,
    meta_webhook.router,
    web.router,
)
# Public bodies have bounds of their own, which the intake checks while it reads.
PUBLIC_PREFIX = "/web/"


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    settings : read from the environment when not given.
    engine : an open store; when not given, the one that the settings name is opened at start and closed at the end.
    """
    chosen = settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = engine or open_store(chosen.url)
        app.state.engine = store
        app.state.intake = Intake(store, chosen)
        app.state.intake.start()
        try:
            yield
        finally:
            app.state.intake.stop()
            if engine is None:
                store.dispose()

    app = FastAPI(title="adplanning", version=version("adplanning"), lifespan=lifespan, redoc_url=None)
    app.state.settings = chosen
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(access.AnyBodyIsJson)
    app.add_middleware(access.BodyBound, max_bytes=chosen.max_body_bytes, spared=PUBLIC_PREFIX)
    app.add_middleware(access.KeyRequired, settings=chosen)
    app.add_middleware(web.EventsFirst)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=__doc__, routes=app.routes)
        components = schema.setdefault("components", {})
        components["securitySchemes"] = {
            "key": {"type": "http", "scheme": "bearer"},
            "key_as_user": {"type": "http", "scheme": "basic"},
        }
        components["schemas"] = {**components.get("schemas", {}), "Refusal": errors.REFUSAL_SCHEMA}
        for path, methods in schema["paths"].items():
            for operation in methods.values():
                _describe(path, operation)
        app.openapi_schema = schema
    return app.openapi_schema


def _describe(path: str, operation: dict[str, Any]) -> None:
    # Validation errors are answered with 400 in our own form, never with FastAPI's 422.
    operation["responses"].pop("422", None)
    refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}}
    codes = [400, 404, 409, 413, 429, 500, 503]
    if any(path.startswith(prefix) for prefix in access.PROTECTED):
        operation["security"] = [{"key": []}, {"key_as_user": []}]
        codes += [401, 403]
    for code in codes:
        operation["responses"].setdefault(str(code), {"description": errors.MEANING[code], **refusal})
