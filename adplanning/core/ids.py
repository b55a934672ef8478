"""Readable, sortable ids: `conv_018f…`, a prefix, the time in milliseconds and a random part."""

from __future__ import annotations

import secrets
import threading
import time

_lock = threading.Lock()
_last = [0]


def new_ids(prefix: str, n: int) -> list[str]:
    """Give `n` fresh ids with one prefix, ascending in the order of creation within a process.

    Formula: 12 hex digits of Unix milliseconds, then 20 random hex digits; later ids of the same millisecond count up.

    Parameters
    ----------
    prefix : the kind of record, such as "conv" or "goal".
    n : how many.

    >>> first, second = new_ids("conv", 2)
    >>> first.startswith("conv_"), len(first), first < second
    (True, 37, True)
    """
    with _lock:
        now = (time.time_ns() // 1_000_000) << 80
        start = now | secrets.randbits(78) if now > _last[0] else _last[0] + 1
        _last[0] = start + n
    return [f"{prefix}_{number:032x}" for number in range(start, start + n)]


def new_id(prefix: str) -> str:
    """Give one fresh id; see `new_ids`.

    >>> new_id("goal")[:5]
    'goal_'
    """
    return new_ids(prefix, 1)[0]
