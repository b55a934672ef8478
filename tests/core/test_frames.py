from __future__ import annotations

import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns


def test_a_frame_with_its_columns_and_more_passes() -> None:
    frame = pl.DataFrame({"a": [1], "b": [2], "c": [3]})
    require_columns(frame, ["a", "b"], what="touchpoints")
    require_columns(frame.lazy(), ["a", "b"], what="touchpoints")
    require_columns(pl.DataFrame(), [], what="touchpoints")


def test_all_columns_that_are_missing_are_named_with_those_that_came() -> None:
    with pytest.raises(InvalidData, match="touchpoints: columns b, c are missing; the frame has: a"):
        require_columns(pl.LazyFrame({"a": [1]}), ["a", "b", "c"], what="touchpoints")
