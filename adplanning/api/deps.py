"""What routes ask for: the store, a page of a list, a period, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from pydantic import AfterValidator
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from adplanning.api.access import given_key, key_hash
from adplanning.core.errors import Forbidden, InvalidData
from adplanning.core.periods import Period
from adplanning.core.settings import Settings
from adplanning.core.texts import storable_text
from adplanning.core.vocabulary import Role
from adplanning.store.preferences import with_preferences
from adplanning.store.session import reading, writing
from adplanning.store.tables.operations import ApiKey

MAX_LIMIT = 1000
MAX_OFFSET = 2**62


def _engine(request: Request) -> Engine:
    return request.app.state.engine  # type: ignore[no-any-return]


def _settings(request: Request, engine: StoreEngine) -> Settings:
    return with_preferences(engine, request.app.state.settings)


def _now() -> datetime:
    return datetime.now(UTC)


# Settings are read before a session is opened: no request holds one connection while it waits for another.
def _reading(engine: StoreEngine, _: AppSettings) -> Iterator[Session]:
    with reading(engine) as session:
        yield session


def _writing(engine: StoreEngine, _: AppSettings) -> Iterator[Session]:
    with writing(engine) as session:
        yield session


def _period(
    settings: AppSettings,
    from_date: Annotated[str | None, Query(description="first day or instant, inclusive")] = None,
    to_date: Annotated[str | None, Query(description="last day or instant, inclusive")] = None,
) -> Period:
    return Period.of(from_date or None, to_date or None, settings.zone)


def _caller(request: Request, engine: StoreEngine) -> str:
    """The name of the key that asks; the key of the settings has none."""
    key = given_key(request.headers.get("authorization"))
    with reading(engine) as session:
        name = key and session.scalar(select(ApiKey.name).where(ApiKey.key_hash == key_hash(key)))
    return f"API: {name or 'admin key'}"


def _admin_only(request: Request) -> None:
    if request.state.role is not Role.admin:
        raise Forbidden("this needs the key of an admin; make one with: adplanning key create NAME --role admin")


AppSettings = Annotated[Settings, Depends(_settings)]
StoreEngine = Annotated[Engine, Depends(_engine)]
Now = Annotated[datetime, Depends(_now)]
Reading = Annotated[Session, Depends(_reading)]
# The commit comes before the answer: a 201 means stored.
Writing = Annotated[Session, Depends(_writing, scope="function")]
AdminOnly = Depends(_admin_only)
Caller = Annotated[str, Depends(_caller)]
GivenPeriod = Annotated[Period, Depends(_period)]
Id = Annotated[str, Path(max_length=256), AfterValidator(storable_text)]
Filter = Annotated[str | None, Query(max_length=2000), AfterValidator(lambda text: text and storable_text(text))]


@dataclass(frozen=True)
class Rows:
    """Which rows of a list are shown."""

    limit: int
    offset: int


def rows_of_page(default_limit: int) -> Callable[..., Rows]:
    """What reads `limit` and `offset` of a list with its own default length."""

    def read(
        limit: Annotated[int, Query(description=f"at most {MAX_LIMIT}")] = default_limit,
        offset: Annotated[int, Query(description="how many rows to pass over")] = 0,
    ) -> Rows:
        for name, value, most in (("limit", limit, MAX_LIMIT), ("offset", offset, MAX_OFFSET)):
            if not 0 <= value <= most:
                raise InvalidData.at(name, f"{value} is out of range; allowed are 0 to {most}")
        return Rows(limit, offset)

    return read


Page = Annotated[Rows, Depends(rows_of_page(50))]
LongPage = Annotated[Rows, Depends(rows_of_page(100))]
