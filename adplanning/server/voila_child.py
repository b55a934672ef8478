"""The process that renders the dashboards: Voila on loopback, cut down to what the proxy in front of it lets through.

It reads one line of JSON from its standard input (`ChildConfig`) and ends when that input is closed, so it never
outlives the server that started it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import RequestHandler, authenticated
from traitlets.config import Config
from voila.app import Voila
from voila.paths import collect_static_paths, collect_template_paths
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.utils import get_voila_labextensions_path

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
MOST_STARTING = 2
START_S = 60
RETRY_AFTER_S = 10
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

    def to_json(self) -> str:
        """The line that the child reads."""
        return json.dumps(asdict(self))


class OwnKernels(KernelSpecManager):
    """Kernels of the running interpreter alone, whatever else is installed for the user."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "kernel_dirs": []})


class FewAtATime(AsyncMappingKernelManager):
    """Starts few kernels at once: each takes seconds of a processor, and all would be late together."""

    async def start_kernel(self, **options: Any) -> str:  # type: ignore[override]
        """Start one when its turn has come; the turn ends when the kernel waits for its page."""
        await self._gate.acquire()
        try:
            kernel_id: str = await super().start_kernel(**options)
        except BaseException:
            self._gate.release()
            raise
        turn = asyncio.create_task(self._until_warm(kernel_id))
        turn.add_done_callback(lambda _: self._gate.release())
        return kernel_id

    @cached_property
    def _gate(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(MOST_STARTING)

    async def _until_warm(self, kernel_id: str) -> None:
        for _ in range(START_S * 10):
            if kernel_id in WaitingKernels.seen or kernel_id not in self:
                break
            await asyncio.sleep(0.1)
        WaitingKernels.seen.discard(kernel_id)


class WaitingKernels(RequestInfoSocketHandler):
    """Where a kernel asks which page is wanted; remembers who has asked, however short that was."""

    seen: ClassVar[set[str]] = set()

    def open(self, kernel_id: str) -> None:
        """Take note of the kernel."""
        self.seen.add(kernel_id)
        super().open(kernel_id)


class PageHandler(JupyterHandler):
    """Any address of a page: the pooled notebook, in a warm kernel of its own."""

    def initialize(self, max_kernels: int) -> None:
        """Take the cap."""
        self.max_kernels = max_kernels

    @authenticated
    async def get(self) -> None:
        """Render the page, or say that there is no room for another."""
        kernels: Any = self.kernel_manager
        n_in_use = len(kernels) - kernels.get_pool_size(POOLED)
        if n_in_use >= self.max_kernels:
            self.set_status(503)
            self.set_header("Retry-After", str(RETRY_AFTER_S))
            return
        await self._drop_dead()
        task, cached, kernel_id = await kernels.get_rendered_notebook(POOLED)
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

    async def _drop_dead(self) -> None:
        """A kernel that died while it waited would only render an error."""
        kernels: Any = self.kernel_manager
        for waiting in list(kernels._pools.get(POOLED, [])):
            if waiting.done() and not waiting.exception():
                kernel_id = waiting.result()["kernel_id"]
                if kernel_id not in kernels or not await kernels.get_kernel(kernel_id).is_alive():
                    kernels._pools[POOLED].remove(waiting)
                    if kernel_id in kernels:
                        await kernels.shutdown_kernel(kernel_id, now=True)
            elif waiting.done():
                kernels._pools[POOLED].remove(waiting)
        kernels.fill_if_needed(delay=0, notebook_name=POOLED)


class AliveHandler(JupyterHandler):
    """Whether a page's kernel lives: 204, or 410 when it has gone."""

    @authenticated
    async def get(self, kernel_id: str) -> None:
        """Ask the process itself; a dead one is put away."""
        kernels: Any = self.kernel_manager
        if kernel_id in kernels and await kernels.get_kernel(kernel_id).is_alive():
            self.set_status(204)
            return
        if kernel_id in kernels:
            await kernels.shutdown_kernel(kernel_id, now=True)
        self.set_status(410)


class HealthHandler(JupyterHandler):
    """Whether this process answers, and how many kernels it has."""

    @authenticated
    async def get(self) -> None:
        """Count."""
        kernels: Any = self.kernel_manager
        n_pooled = kernels.get_pool_size(POOLED)
        self.finish({"in_use": len(kernels) - n_pooled, "pooled": n_pooled})


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
        extensions = {
            "path": get_voila_labextensions_path(),
            "no_cache_paths": [],
        }
        routes: list[tuple[str, type[RequestHandler], dict[str, Any]]] = [
            (rf"{base}healthz", HealthHandler, {}),
            (rf"{base}alive/{_KERNEL}", AliveHandler, {}),
            (rf"{base}api/kernels/{_KERNEL}", KernelHandler, {}),
            (rf"{base}api/kernels/{_KERNEL}/channels", VoilaKernelWebsocketHandler, {}),
            (rf"{base}voila/api/shutdown/{_KERNEL}", VoilaShutdownKernelHandler, {}),
            (rf"{base}voila/query/{_KERNEL}", WaitingKernels, {}),
            (rf"{base}voila/static/(.*)", MultiStaticFileHandler, {"paths": self.static_paths}),
            (rf"{base}voila/labextensions/(.*)", FileFindHandler, extensions),
            (rf"{base}.*", PageHandler, {"max_kernels": self.child.max_kernels}),
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
                "multi_kernel_manager_class": FewAtATime,
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
