"""`adplanning serve`: the API and the dashboards, until it is stopped."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from adplanning.cli_store import opened_store, say
from adplanning.core.settings import Settings


def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", min=1, max=65535)] = 9000,
    api_only: Annotated[bool, typer.Option("--api-only", help="serve the API without the dashboards")] = False,
) -> None:
    """Serve the API, and the dashboards with their sign-in."""
    with opened_store() as (engine, settings):
        logging.basicConfig(level=settings.log_level)
        if api_only:
            from adplanning.api.app import create_app  # noqa: PLC0415

            _listen(create_app(settings, engine), host, port, settings)
            return
        from adplanning.server import users  # noqa: PLC0415
        from adplanning.server.app import create_server  # noqa: PLC0415

        given = settings.dashboard_password
        made = users.prepare_admin(engine, given.get_secret_value() if given else None, now=datetime.now(UTC))
        shown_host = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host  # noqa: S104
        say(f"Dashboards: http://{shown_host}:{port}/app")
        if made is not None:
            say_password(users.ADMIN, made)
        _listen(create_server(settings, engine), host, port, settings)


def say_password(name: str, password: str) -> None:
    """Print a new password, and how to get another."""
    say(f"Sign in as {name} with the password {password}")
    say(f"It is shown this once; another one: adplanning user password {name}")


def _listen(application: Callable[..., Any], host: str, port: int, settings: Settings) -> None:
    import uvicorn  # noqa: PLC0415

    from adplanning.server.channels import MAX_MESSAGE_BYTES  # noqa: PLC0415

    # What lives as long as the server is not looked at again by each collection: a tenth of the intake's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    uvicorn.run(
        application,
        host=host,
        port=port,
        log_level=settings.log_level.lower(),
        access_log=False,
        server_header=False,
        proxy_headers=False,  # ours believes those of ADPLANNING_TRUSTED_PROXIES alone
        timeout_graceful_shutdown=10,
        ws_max_size=MAX_MESSAGE_BYTES,
    )
