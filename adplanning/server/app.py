"""One origin: the API as it is, and the dashboards with their sign-in beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx2
from sqlalchemy import Engine
from starlette.responses import RedirectResponse
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from adplanning.api.app import create_app
from adplanning.core.settings import Settings
from adplanning.server.addresses import page_without_app
from adplanning.server.child_environment import child_environment
from adplanning.server.dashboards import LOOK_S, Dashboards, belongs_to_dashboards
from adplanning.server.logs import keep_secrets_out
from adplanning.server.own_answers import DashboardParts, dashboard_parts
from adplanning.server.proxy import PAGE_S
from adplanning.server.supervisor import CHILD_COMMAND, Child, Supervisor, Timing

FOLDER = Path(__file__).parents[2] / "dashboards"


class OneOrigin:
    """The ASGI application that `adplanning serve` serves; made by `create_server`."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        *,
        parts: DashboardParts,
        child_command: Sequence[str],
        folder: Path,
        timing: Timing,
        look_s: float,
        page_s: float,
    ) -> None:
        self._settings, self._engine = settings, engine
        self._command, self._folder, self._timing = child_command, folder, timing
        self._api = create_app(settings, engine)
        self._supervisor: Supervisor | None = None
        self._client = httpx2.AsyncClient(
            # Time is bounded where a request is passed on, over all of it.
            trust_env=False,
            timeout=None,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=50),
        )
        self._is_page = parts.is_page
        self._dashboards = Dashboards(settings, engine, parts, self._client, self._child, look_s=look_s, page_s=page_s)
        self._living = Router(lifespan=self._lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on to whom the address belongs."""
        if scope["type"] == "lifespan":
            await self._living(scope, receive, send)
        elif belongs_to_dashboards(scope["path"]):
            await self._dashboards(scope, receive, send)
        elif scope["type"] == "http" and (page := page_without_app(scope["method"], scope["path"], self._is_page)):
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(page + (f"?{query}" if query else ""), 303)(scope, receive, send)
        else:
            await self._api(scope, receive, send)

    def _child(self) -> Child | None:
        return self._supervisor.child if self._supervisor else None

    @asynccontextmanager
    async def _lifespan(self, _: object) -> AsyncIterator[None]:
        keep_secrets_out()
        with ExitStack() as kept:
            environment = kept.enter_context(child_environment(self._engine, self._settings))
            self._supervisor = Supervisor(
                self._command,
                environment=environment,
                folder=self._folder,
                options={
                    "pool_size": self._settings.kernel_pool,
                    "max_kernels": self._settings.max_kernels,
                    "cull_idle_s": self._settings.kernel_idle_s,
                    "log_level": self._settings.log_level,
                },
                on_end=self._dashboards.kernels.forget_all,
                timing=self._timing,
            )
            async with self._api.router.lifespan_context(self._api), self._client:
                self._supervisor.start()
                try:
                    yield
                finally:
                    await self._supervisor.stop()


def create_server(
    settings: Settings,
    engine: Engine,
    *,
    parts: DashboardParts | None = None,
    child_command: Sequence[str] = CHILD_COMMAND,
    folder: Path = FOLDER,
    timing: Timing = Timing(),  # noqa: B008 - frozen
    look_s: float = LOOK_S,
    page_s: float = PAGE_S,
) -> OneOrigin:
    """Make the application that serves the API, the sign-in and the dashboards under one origin.

    Parameters
    ----------
    settings, engine : an open store, which the caller closes.
    parts : what the dashboards give to the server; the real ones when not given.
    child_command : how the dashboards' process is started.
    folder : where it runs.
    timing : how it is looked after.
    look_s : how often an open websocket is asked whether its visitor is still signed in.
    page_s : within how many seconds a page is there, or it is given up.
    """
    return OneOrigin(
        settings,
        engine,
        parts=parts or dashboard_parts(),
        child_command=child_command,
        folder=folder,
        timing=timing,
        look_s=look_s,
        page_s=page_s,
    )
