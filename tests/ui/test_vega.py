"""The library that draws charts."""

from __future__ import annotations

import re

from adplanning.ui.vega import library, library_address


def test_the_library_is_one_module_that_loads_nothing_from_elsewhere() -> None:
    bundle = library()
    assert len(bundle) > 100_000
    assert "vegaEmbed" in bundle
    assert not re.search(r"""\bimport\s*\(?["']https?:""", bundle)
    assert library() is bundle


def test_its_address_is_ours_and_tells_the_release() -> None:
    assert re.fullmatch(r"/app/static/vega\.js\?v=[0-9a-f]{16}", library_address())
