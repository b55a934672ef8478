"""The actions of an insights row: one lead or purchase stands under several types, and not each account tells all.

A campaign tells its conversions in one of three ways, by its number: with the omni types and all others, without the
omni ones, or by channel only. The first that exists of omni, plain and the sum of the channels is always the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from adplanning.demo.graph_delivery import money_text
from adplanning.demo.graph_objects import AdObject

_CHANNELS = {
    "lead": ("offsite_conversion.fb_pixel_lead", "onsite_conversion.lead_grouped"),
    "purchase": ("offsite_conversion.fb_pixel_purchase", "onsite_conversion.purchase"),
}


def typed(kind: str, n: int, at_meta: int, way: int) -> list[tuple[str, int]]:
    """Each type that tells of `n` conversions, with what it counts; `at_meta` of them happened at Meta itself.

    >>> typed("lead", 5, 1, 0)[:2]
    [('omni_lead', 5), ('lead', 5)]
    >>> typed("lead", 5, 1, 2)
    [('offsite_conversion.fb_pixel_lead', 4), ('onsite_conversion.lead_grouped', 1)]
    """
    site, meta = _CHANNELS[kind]
    by_channel = [(site, n - at_meta), (meta, at_meta)]
    told = [[(f"omni_{kind}", n), (kind, n)], [(kind, n)], []][way]
    return [(name, counted) for name, counted in told + by_channel if counted]


def actions_json(part: AdObject | None, clicks: int, leads: int, purchases: int, windows: tuple[str, ...]) -> str:
    """What was done after one row's ads were seen, as JSON; empty where nothing was."""
    way = _way(part)
    counted = [("link_click", clicks)] if clicks else []
    counted += typed("lead", leads, leads // 4, way) + typed("purchase", purchases, purchases // 4, way)
    return _array([_count(name, n, windows) for name, n in counted])


def values_json(part: AdObject | None, purchases: int, minor: int, offset: int, windows: tuple[str, ...]) -> str:
    """What the purchases of one row were worth, as JSON; empty where there were none."""
    at_meta = minor * (purchases // 4) // purchases if purchases else 0
    worth = typed("purchase", minor, at_meta, _way(part))
    return _array([_entry(name, n, windows, lambda amount: money_text(amount, offset)) for name, n in worth])


def _way(part: AdObject | None) -> int:
    return int(part.campaign_id) % 3 if part else 0


def _array(entries: Sequence[str]) -> str:
    return f"[{','.join(entries)}]" if entries else ""


@cache
def _count(name: str, n: int, windows: tuple[str, ...]) -> str:
    # The same small numbers come again and again.
    return _entry(name, n, windows, str)


def _entry(name: str, n: int, windows: tuple[str, ...], text: Callable[[int], str]) -> str:
    """One action with the part of each asked window; its value is that of a click within 7 days or a view within 1."""
    viewed = n // 5
    parts = {"1d_click": (n - viewed) // 2, "7d_click": n - viewed, "28d_click": n - viewed, "1d_view": viewed}
    by_window = "".join([f',"{window}":"{text(parts[window])}"' for window in windows if parts[window]])
    return f'{{"action_type":"{name}","value":"{text(n)}"{by_window}}}'
