"""Lets the demo synchronise as with Meta: an invented Graph API beside it, and settings that lead there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from adplanning.demo.graph import graph_server
from adplanning.demo.graph_shop import from_shop
from adplanning.demo.shop import Shop


@contextmanager
def pretended_meta(shop: Shop) -> Iterator[str]:
    """Serve the shop's own advertising as Meta would, as long as the block lasts; answer where.

    Until then the settings of this process, and of those that it starts, name that server and its token.
    """
    with graph_server(from_shop(shop)) as server:
        names = {
            "ADPLANNING_META_BASE_URL": server.url,
            "ADPLANNING_META_API_VERSION": server.version,
            "ADPLANNING_META_ACCESS_TOKEN": server.access_token,
            "ADPLANNING_META_APP_SECRET": server.app_secret,
            "ADPLANNING_META_VERIFY_TOKEN": server.verify_token,
        }
        before = {name: os.environ.get(name) for name in names}
        os.environ.update(names)
        try:
            yield server.url
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
