"""The library that draws charts in a browser, from an installed package and never from the network."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version

import vl_convert
from altair.utils._importers import vl_version_for_vl_convert

from adplanning.ui.catalogue import ROOT


@lru_cache(maxsize=1)
def library() -> str:
    """vega-embed with Vega and Vega-Lite as one ES module that puts `vegaEmbed` on the window; takes about a second."""
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=vl_version_for_vl_convert())
    return bundle


def library_address() -> str:
    """Where the server serves it; another release has another address, so that it may be cached for ever."""
    release = sha256(f"{version('vl-convert-python')} {vl_version_for_vl_convert()}".encode()).hexdigest()[:16]
    return f"{ROOT}static/vega.js?v={release}"
