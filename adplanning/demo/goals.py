"""What the demo shop wants of its visitors, and which conversions met that."""

from __future__ import annotations

import json

import numpy as np
import polars as pl

from adplanning.demo.numbering import instants, numbered
from adplanning.demo.season import Season

LEAD_FORM = "bulk_quote"
MIN_RUPEES = 500
MIN_DEPTH = 75
_LEAD_WORTH_MINOR = 25_000


def goal_rows(website_id: str, season: Season) -> pl.DataFrame:
    """The three goals in the columns of the store: an order, a bulk enquiry, a page read."""
    at = np.full(3, season.start)
    return pl.DataFrame(
        {
            "id": numbered("goal", at),
            "name": [f"Order of ₹{MIN_RUPEES} or more", "Bulk enquiry", "Page read"],
            "description": [
                "A purchase that is worth the shipping.",
                "Somebody asks for a quote for many pieces.",
                f"At least {MIN_DEPTH} % of a page scrolled.",
            ],
            "goal_type": ["purchase", "lead_form", "scroll_depth"],
            "conditions": [
                json.dumps(conditions)
                for conditions in (
                    {"min_value": MIN_RUPEES},
                    {"event_name": LEAD_FORM},
                    {"min_scroll_percent": MIN_DEPTH},
                )
            ],
            "default_value_minor": [None, _LEAD_WORTH_MINOR, None],
            "currency": "INR",
            "value_from_event": [True, False, False],
            "is_active": True,
            "website_id": website_id,
            "priority": [30, 20, 10],
            "created_at": instants(at),
            "updated_at": instants(at),
        }
    )


def completions_of(goals: pl.DataFrame, conversions: pl.DataFrame) -> pl.DataFrame:
    """The completions by the meaning of `conversions/goals.py`."""
    depth = pl.col("metadata").str.json_path_match("$.depth").cast(pl.Int64)
    order, lead, read = goals["id"]
    kind = pl.col("conversion_type")
    by_goal = {
        order: (kind == "purchase") & (pl.col("currency") == "INR") & (pl.col("value_minor") >= MIN_RUPEES * 100),
        lead: (kind == "lead_form_submission") & (pl.col("conversion_name") == LEAD_FORM),
        read: (kind == "scroll_depth") & (depth >= MIN_DEPTH),
    }
    worth = {order: pl.col("value_minor"), lead: pl.lit(_LEAD_WORTH_MINOR), read: pl.lit(None, pl.Int64)}
    return pl.concat(
        conversions.filter(met).select(
            pl.lit(goal).alias("goal_id"),
            pl.col("id").alias("conversion_id"),
            worth[goal].cast(pl.Int64).alias("value_minor"),
            pl.lit("INR").alias("currency"),
            pl.col("converted_at").alias("completed_at"),
        )
        for goal, met in by_goal.items()
    ).sort("completed_at", "conversion_id")
