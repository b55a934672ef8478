"""The process that renders the dashboards: Voila on loopback, cut down to what the proxy in front of it lets through.

It reads one line of JSON from its standard input (`ChildConfig`) and ends when that input is closed, so it never
outlives the server that started it.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.web import RequestHandler, authenticated
from traitlets.config import Config
from voila.app import Voila
from voila.paths import collect_static_paths, collect_template_paths
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.utils import get_voila_labextensions_path

from adplanning.server.warm_kernels import WarmKernels

DASHBOARDS = Path(__file__).parents[2] / "dashboards"
POOLED = "any_page.ipynb"
TEMPLATES = Path(__file__).parents[1] / "ui" / "voila"
# All that our pages draw with; JupyterLab's other extensions would be loaded for nothing.
EXTENSIONS = [
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "jupyter-vue",
    "jupyter-vuetify",
]
START_S = 60
# Longer than that nobody looks at an empty page; the busy page comes back by itself.
BUSY_AFTER_S = 20
RETRY_AFTER_S = 3
_KERNEL = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"


@dataclass(frozen=True)
class ChildConfig:
    """What the server tells its child; `max_kernels` counts those in use, `pool_size` those kept warm beside them."""

    port: int
    token: str
    base_url: str = "/app/"
    pool_size: int = 2
    max_kernels: int = 12
    cull_idle_s: int = 120
    log_level: str = "INFO"


class OwnKernels(KernelSpecManager):
    """Kernels of the running interpreter alone, whatever else is installed for the user."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "kernel_dirs": []})


class PageHandler(JupyterHandler):
    """Any address of a page: the pooled notebook, in a warm kernel of its own."""

    def initialize(self, warm: WarmKernels) -> None:
        """Take the pool."""
        self.warm = warm

    @authenticated
    async def get(self) -> None:
        """Render the page, or say that there is no room for another."""
        taken = await self.warm.take(BUSY_AFTER_S)
        if taken is None:
            self.set_status(503)
            self.set_header("Retry-After", str(RETRY_AFTER_S))
            return
        task, cached, kernel_id = taken
        told = {
            "ADPLANNING_ADDRESS": self.request.uri,
            "ADPLANNING_VISITOR": self.request.headers.get("X-Adplanning-User", ""),
            "ADPLANNING_ROLE": self.request.headers.get("X-Adplanning-Role", ""),
        }
        RequestInfoSocketHandler.send_updates({"kernel_id": kernel_id, "payload": told})
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Kernel-Id", kernel_id)
        snippets = list(cached)
        self.write("".join(snippets))
        await self.flush()
        rendered, rest = await task
        self.write("".join(rendered[len(snippets) :]))
        async for snippet, _ in rest:
            self.write(snippet)


class AliveHandler(JupyterHandler):
    """Whether a page's kernel lives: 204, or 410 when it has gone."""

    def initialize(self, warm: WarmKernels) -> None:
        """Take the pool."""
        self.warm = warm

    @authenticated
    async def get(self, kernel_id: str) -> None:
        """Ask the process itself."""
        self.set_status(204 if await self.warm.is_alive(kernel_id) else 410)


class HealthHandler(JupyterHandler):
    """Whether this process answers, and how many kernels it has."""

    def initialize(self, warm: WarmKernels) -> None:
        """Take the pool."""
        self.warm = warm

    @authenticated
    async def get(self) -> None:
        """Count."""
        self.finish({"in_use": self.warm.n_in_use, "pooled": self.warm.n_pooled})


class Dashboards(Voila):
    """Voila without its trees, contents, files and themes."""

    child: ChildConfig

    def setup_template_dirs(self) -> None:
        """Our one template, with Voila's own scripts."""
        self.template_paths = [str(TEMPLATES), *collect_template_paths(["voila", "nbconvert"], "lab", prune=True)]
        self.static_paths = collect_static_paths(["voila", "nbconvert"], "lab")

    def init_handlers(self) -> list[Any]:
        """Only what `server/proxy.py` asks for, and what a waiting kernel asks for itself."""
        base = self.base_url
        warm = {"warm": WarmKernels(self.kernel_manager, POOLED, self.child.max_kernels)}
        extensions = {
            "path": get_voila_labextensions_path(),
            "no_cache_paths": [],
        }
        routes: list[tuple[str, type[RequestHandler], dict[str, Any]]] = [
            (rf"{base}healthz", HealthHandler, warm),
            (rf"{base}alive/{_KERNEL}", AliveHandler, warm),
            (rf"{base}api/kernels/{_KERNEL}", KernelHandler, {}),
            (rf"{base}api/kernels/{_KERNEL}/channels", VoilaKernelWebsocketHandler, {}),
            (rf"{base}voila/api/shutdown/{_KERNEL}", VoilaShutdownKernelHandler, {}),
            (rf"{base}voila/query/{_KERNEL}", RequestInfoSocketHandler, {}),
            (rf"{base}voila/static/(.*)", MultiStaticFileHandler, {"paths": self.static_paths}),
            (rf"{base}voila/labextensions/(.*)", FileFindHandler, extensions),
            (rf"{base}.*", PageHandler, warm),
        ]
        return routes


def configuration(child: ChildConfig) -> Config:
    """Voila's settings: one pooled notebook, no overrides, nothing shown of an error, idle kernels ended."""
    return Config(
        {
            "Voila": {
                "ip": "127.0.0.1",
                "port": child.port,
                "port_retries": 0,
                "base_url": child.base_url,
                "token": child.token,
                "open_browser": False,
                "tornado_settings": {"compress_response": True, "disable_check_xsrf": False},
                "log_level": logging.getLevelNamesMapping()[child.log_level],
                "notebook_path": str(DASHBOARDS / POOLED),
            },
            "VoilaConfiguration": {
                "template": "lab",
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
                "file_allowlist": [],
                "show_tracebacks": False,
                "strip_sources": True,
                "preheat_kernel": True,
                "default_pool_size": child.pool_size,
                "extension_allowlist": EXTENSIONS,
                "kernel_spec_manager_class": OwnKernels,
            },
            "VoilaExecutor": {"cell_error_instruction": "", "startup_timeout": START_S},
            "VoilaKernelManager": {"fill_delay": 0.2},
            "MappingKernelManager": {
                "cull_idle_timeout": child.cull_idle_s,
                "cull_interval": 10,
                "cull_connected": False,
            },
            # A kernel that dies takes its widgets along; the page is opened anew instead.
            "KernelManager": {"autorestart": False, "transport_encryption": "auto" if zmq.has("curve") else "disabled"},
        }
    )


def main() -> None:
    """Serve until the standard input is closed."""
    Dashboards.child = child = ChildConfig(**json.loads(sys.stdin.readline()))
    logging.basicConfig(level=child.log_level)
    # What was asked for is known to the proxy, and an answer of 503 is no fault.
    logging.getLogger("tornado.access").disabled = True
    threading.Thread(target=_end_with_parent, daemon=True).start()
    served = Dashboards(config=configuration(child))
    # Jupyter's trust is about notebooks that a person opens; this one is our own.
    served.log.addFilter(lambda record: "is not trusted" not in record.getMessage())
    served.initialize([])
    served.start()


def _end_with_parent() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
