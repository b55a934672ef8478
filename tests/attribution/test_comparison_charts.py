"""Models side by side, as a picture."""

from __future__ import annotations

import polars as pl

from adplanning.attribution.comparison_charts import MAX_KEYS, models_beside

MODELS = {"last_click": "Last click", "linear": "Linear"}


def drawn(n: int) -> dict[str, object]:
    rows = pl.DataFrame({"name": [f"K{k}" for k in range(n)], "last_click": [1.0 * k for k in range(n)],
                         "linear": [5.0] * n})  # fmt: skip
    return models_beside(rows, models=MODELS, currency="INR").to_dict()


def test_the_keys_with_most_value_are_shown_the_largest_first() -> None:
    order = drawn(MAX_KEYS + 5)["layer"][0]["encoding"]["y"]["sort"]  # type: ignore[index]
    assert len(order) == MAX_KEYS
    assert order[0] == f"K{MAX_KEYS + 4}"


def test_each_model_has_a_colour_and_a_shape_of_its_own() -> None:
    encoding = drawn(3)["layer"][1]["encoding"]  # type: ignore[index]
    assert encoding["color"]["scale"]["domain"] == encoding["shape"]["scale"]["domain"] == list(MODELS.values())
