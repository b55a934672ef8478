"""Which addresses below `/app/` there are; whatever is not in this list is not passed on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import unquote_plus

HOME = "/app/ad-planning"
# What stands above pages without being one, and the page to show for it.
FIRST_PAGES = {"/app": HOME, "/app/meta-ads": "/app/meta-ads/campaigns"}
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SEGMENT = r"[A-Za-z0-9_@~+:-][A-Za-z0-9_@~+:.-]*"
_SUFFIX = r"\.(?:js|css|map|json|svg|png|gif|ico|woff2?|ttf|eot|wasm)"
_PAGE = re.compile(rf"/app/(?P<page>{_SEGMENT}(?:/{_SEGMENT})*)/?")
_ASSET = re.compile(rf"/app/voila/(?:static|templates|labextensions|api/themes)(?:/{_SEGMENT})*/{_SEGMENT}{_SUFFIX}")
_KERNEL = re.compile(rf"/app/(?:api/kernels|alive)/(?P<kernel>{_UUID})")
_SHUTDOWN = re.compile(rf"/app/voila/api/shutdown/(?P<kernel>{_UUID})")
_CHANNELS = re.compile(rf"/app/api/kernels/(?P<kernel>{_UUID})/channels")
_NOTEBOOK = re.compile(r"/app/ad-planning/batch-runs/(?P<run>[A-Za-z0-9_-]{1,64})/notebook")
CHARTS = "/app/static/vega.js"
_NEVER_A_PAGE = ("/app/voila/", "/app/api/", "/app/alive/", "/app/static/")
_DROPPED = ("template", "theme", "token")


class Kind(Enum):
    """What is found at an address."""

    page = auto()
    asset = auto()
    kernel = auto()
    shutdown = auto()
    channels = auto()
    charts = auto()
    notebook = auto()


@dataclass(frozen=True)
class Address:
    """An address that there is, as it is passed on; `record` is the kernel or the batch run that it names."""

    kind: Kind
    path: str
    record: str = ""


def address_at(method: str, path: str, is_page: Callable[[str], bool]) -> Address | None:
    """What is found at a decoded path; None for everything that is not meant to be reached.

    The path is matched and passed on in the same, decoded form, so that no encoding means one thing here and
    another one behind.

    Parameters
    ----------
    method : of the request; WEBSOCKET for a websocket.
    path : decoded once, without parameters.
    is_page : whether a path below `/app/` is a page.

    >>> address_at("GET", "/app/ad-planning/goals/", lambda page: page == "ad-planning/goals").path
    '/app/ad-planning/goals'
    >>> address_at("GET", "/app/voila/static/../../.env", lambda page: True)
    """
    if method == "WEBSOCKET":
        found = _CHANNELS.fullmatch(path)
        return Address(Kind.channels, path, found["kernel"]) if found else None
    if method == "POST":
        found = _SHUTDOWN.fullmatch(path)
        return Address(Kind.shutdown, path, found["kernel"]) if found else None
    return _readable(path, is_page) if method == "GET" else None


def _readable(path: str, is_page: Callable[[str], bool]) -> Address | None:
    if path == CHARTS:
        return Address(Kind.charts, path)
    if found := _NOTEBOOK.fullmatch(path):
        return Address(Kind.notebook, path, found["run"])
    if found := _KERNEL.fullmatch(path):
        return Address(Kind.kernel, path, found["kernel"])
    if _ASSET.fullmatch(path):
        return Address(Kind.asset, path)
    found = _PAGE.fullmatch(path)
    if found and not path.startswith(_NEVER_A_PAGE) and is_page(found["page"]):
        return Address(Kind.page, f"/app/{found['page']}")
    return None


def page_without_app(method: str, path: str, is_page: Callable[[str], bool]) -> str | None:
    """Where the page is that somebody asks for without `/app` before it; None for everything else.

    >>> page_without_app("GET", "/ad-planning/goals", lambda page: page == "ad-planning/goals")
    '/app/ad-planning/goals'
    >>> page_without_app("GET", "/admin/persons", lambda page: page == "ad-planning/goals")
    """
    if method != "GET":
        return None
    below = f"/app{path}"
    address = address_at(method, below, is_page)
    if address is not None and address.kind is Kind.page:
        return address.path
    return FIRST_PAGES.get(below.rstrip("/"))


def is_opened_as_page(method: str, path: str) -> bool:
    """Whether somebody looks at the answer, rather than a script or a style sheet; it need not be a page there is."""
    return method == "GET" and not path.startswith(_NEVER_A_PAGE)


def passed_parameters(query: str) -> str:
    """The query without what would choose another template or theme, or sign in.

    >>> passed_parameters("from=2026-10-01&template=lab&Theme=dark&%74oken=x&voila-debug&q=a+b")
    'from=2026-10-01&q=a+b'
    """
    parts = [(part, unquote_plus(part.partition("=")[0]).strip().lower()) for part in query.split("&")]
    return "&".join(part for part, name in parts if part and name not in _DROPPED and not name.startswith("voila-"))


def local_page(text: str | None) -> str:
    """Where to go after signing in: the page asked for when it is one of ours, else the first one.

    >>> local_page("/app/ad-planning/goals?status=active"), local_page("//evil.example"), local_page("/app/../x")
    ('/app/ad-planning/goals?status=active', '/app/ad-planning', '/app/ad-planning')
    """
    if text is None or not re.fullmatch(r"/app(?:/[!-~]*)?", text) or len(text) > 2000:
        return HOME
    path = text.partition("?")[0].partition("#")[0]
    is_odd = "\\" in text or "//" in path or ".." in path or text.rstrip("/") == "/app"
    return HOME if is_odd else text
