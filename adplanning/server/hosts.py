"""Which hosts and origins are ours: what keeps a page of another site, or a rebound name, away from the dashboards."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.requests import HTTPConnection

from adplanning.core.errors import Forbidden

_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9_.-]+))(?::(?P<port>[0-9]{1,5}))?")
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#@\\]+)")
_PORTS = {"http": 80, "https": 443}


def is_known_host(host: str, names: Collection[str]) -> bool:
    """Whether a Host header names localhost, an IP address or one of `names`, with or without a port.

    A name that an attacker points at our address (DNS rebinding) is none of these.

    >>> [is_known_host(host, {"ads.example"}) for host in ("localhost:9000", "[::1]", "Ads.Example", "evil.example")]
    [True, True, True, False]
    """
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return False
    name = found["v6"] or found["name"]
    return name == "localhost" or name in names or _is_address(name)


def is_same_host(origin: str, host: str, *, secure: bool = False) -> bool:
    """Whether a page at `origin` was served by `host`; a secure host's pages are secure themselves.

    >>> is_same_host("https://ads.example.com", "ads.example.com:443"), is_same_host("null", "localhost")
    (True, False)
    >>> is_same_host("http://localhost:8888", "localhost:9000")
    False
    """
    page, ours = _ORIGIN.fullmatch(origin.lower()), _HOST.fullmatch(host.lower())
    theirs = _HOST.fullmatch(page["host"]) if page else None
    if page is None or ours is None or theirs is None or (secure and page["scheme"] != "https"):
        return False
    usual = _PORTS[page["scheme"]]
    same_name = (theirs["v6"], theirs["name"]) == (ours["v6"], ours["name"])
    return same_name and int(theirs["port"] or usual) == int(ours["port"] or usual)


def is_secure(connection: HTTPConnection, proxies: Collection[str]) -> bool:
    """Whether the browser came by https: to us, or to a trusted proxy that says so."""
    if connection.scope["scheme"] in ("https", "wss"):
        return True
    peer = connection.client.host if connection.client else ""
    forwarded = connection.headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
    return peer in proxies and forwarded == "https"


def refuse_foreign(connection: HTTPConnection, names: Collection[str], proxies: Collection[str]) -> None:
    """Let through what comes from our own pages, or from nobody's.

    Raises
    ------
    Forbidden : a foreign Host; or a foreign or missing Origin where something could be changed or listened to.
    """
    hosts = connection.headers.getlist("host")
    if len(hosts) != 1 or not is_known_host(hosts[0], names):
        raise Forbidden(
            "this server is not known under the name in this address; use localhost or its IP address, "
            "or add the name to ADPLANNING_ALLOWED_HOSTS"
        )
    is_websocket = connection.scope["type"] == "websocket"
    if not is_websocket and connection.scope["method"] in ("GET", "HEAD"):
        return
    origins = connection.headers.getlist("origin")
    if not origins and not is_websocket and connection.headers.get("sec-fetch-site") == "same-origin":
        return
    if len(origins) != 1 or not is_same_host(origins[0], hosts[0], secure=is_secure(connection, proxies)):
        raise Forbidden("this was sent from a page of another site; open the page here and try again")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
