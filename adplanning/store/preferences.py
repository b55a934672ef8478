"""Settings that were changed on a page: they go before those of the environment, in every process and at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from adplanning.core.errors import InvalidData
from adplanning.core.money import known_currency
from adplanning.core.settings import Settings, known_zone
from adplanning.store.session import reading
from adplanning.store.tables.operations import Preference

_log = logging.getLogger(__name__)

CHOOSABLE: Mapping[str, Callable[[str], str]] = {"currency": known_currency, "timezone": known_zone}
"""What may be chosen, and what refuses a value that is none."""
ENVIRONMENTS: Final = ""
"""What is kept of a choice that was taken back: who did so, and when."""
# Made once: it is asked at every call of the API.
_KEPT: Final = select(Preference.name, Preference.value)


def with_preferences(engine: Engine, settings: Settings) -> Settings:
    """The settings with what was chosen on a page in place of the environment's.

    Read anew at every call, so that all processes agree; a reader of many numbers calls it once. A value that cannot be
    used is left out, with a line in the log.

    Raises
    ------
    StoreUnavailable : the store cannot be read now.
    """
    with reading(engine) as session:
        kept = session.execute(_KEPT).all()
    chosen = {}
    for name, value in kept:
        if value == ENVIRONMENTS:
            continue
        try:
            chosen[name] = checked_preference(name, value)
        except InvalidData as fault:
            _log.warning("a preference is left out: %s", fault)
    return settings.choosing(chosen)


def preferences(session: Session) -> dict[str, Preference]:
    """What was chosen or taken back (`ENVIRONMENTS`), by name, with who did so and when."""
    return {row.name: row for row in session.scalars(select(Preference).where(Preference.name.in_(CHOOSABLE)))}


def choose(session: Session, name: str, value: str, *, by: str | None, now: datetime) -> Preference:
    """Let a value go before the environment's from now on.

    Parameters
    ----------
    name : currency or timezone.
    value : an ISO 4217 code, or the name of a time zone.
    by : who chose it.

    Raises
    ------
    InvalidData : an unknown name, or a value that is none.
    """
    return session.merge(Preference(name=name, value=checked_preference(name, value), changed_by=by, changed_at=now))


def forget(session: Session, name: str, *, by: str | None, now: datetime) -> None:
    """Let the environment's value hold again.

    Raises
    ------
    InvalidData : an unknown name.
    """
    if name not in CHOOSABLE:
        raise InvalidData.unknown_choice("name", name, CHOOSABLE)
    session.merge(Preference(name=name, value=ENVIRONMENTS, changed_by=by, changed_at=now))


def checked_preference(name: str, value: str) -> str:
    """The value as it is kept.

    Raises
    ------
    InvalidData : an unknown name, or a value that is none.

    >>> checked_preference("currency", "usd")
    'USD'
    """
    if name not in CHOOSABLE:
        raise InvalidData.unknown_choice("name", name, CHOOSABLE)
    try:
        return CHOOSABLE[name](value)
    except ValueError as fault:
        raise InvalidData.at(name, str(fault)) from None
