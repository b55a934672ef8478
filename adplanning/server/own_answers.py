"""What is answered below `/app` without the dashboards' process: the charts' library, and executed notebooks."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from typing import NamedTuple

from anyio import to_thread
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from adplanning.server.headers import FOR_EVER, NOTEBOOK_POLICY, guarded

_LIBRARY_POLICY = "default-src 'none'"


class DashboardParts(NamedTuple):
    """What the dashboards give to the server that stands before them."""

    is_page: Callable[[str], bool]
    library: Callable[[], str]
    executed_html: Callable[[Engine, str], str]


def dashboard_parts() -> DashboardParts:
    """The real ones; imported when they are first used, because drawing and rendering take long to import."""

    def is_page(path: str) -> bool:
        from adplanning.ui.catalogue import page_at  # noqa: PLC0415

        return page_at(path) is not None

    def library() -> str:
        from adplanning.ui.vega import library  # noqa: PLC0415

        return library()

    def executed_html(engine: Engine, run_id: str) -> str:
        from adplanning.batch_html import executed_html  # noqa: PLC0415

        return executed_html(engine, run_id)

    return DashboardParts(is_page, library, executed_html)


class OwnAnswers:
    """Answers by this process itself, computed in threads."""

    def __init__(self, engine: Engine, parts: DashboardParts) -> None:
        self._engine, self._parts = engine, parts
        self._library: asyncio.Task[tuple[bytes, bytes]] | None = None

    async def library(self, request: Request) -> Response:
        """The script that draws charts, made and compressed once."""
        if self._library is None or (self._library.done() and self._library.exception()):
            self._library = asyncio.create_task(to_thread.run_sync(self._make_library))
        # Whoever asked first may leave; the others still wait for it.
        plain, compressed = await asyncio.shield(self._library)
        headers = guarded(_LIBRARY_POLICY) | {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(compressed, 200, headers | {"Content-Encoding": "gzip"}, "text/javascript")
        return Response(plain, 200, headers, "text/javascript")

    async def notebook(self, run_id: str) -> Response:
        """An executed notebook as a page on which nothing runs.

        Raises
        ------
        NotFound : there is no such run, or its notebook was not kept.
        """
        html = await to_thread.run_sync(self._parts.executed_html, self._engine, run_id)
        return HTMLResponse(html, headers=guarded(NOTEBOOK_POLICY) | {"Cache-Control": "private, no-store"})

    def _make_library(self) -> tuple[bytes, bytes]:
        plain = self._parts.library().encode()
        return plain, gzip.compress(plain, mtime=0)
