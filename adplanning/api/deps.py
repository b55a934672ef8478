"""What routes ask for: the store, a page of a list, a period, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from pydantic import AfterValidator
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adplanning.core.errors import Forbidden, InvalidData
from adplanning.core.periods import Period
from adplanning.core.settings import Settings
from adplanning.core.texts import storable_text
from adplanning.core.vocabulary import Role
from adplanning.store.session import reading, writing

MAX_LIMIT = 1000
MAX_OFFSET = 2**62


def _settings(request: Request) -> Settings:
    return request.app.state.settings  # type: ignore[no-any-return]


def _engine(request: Request) -> Engine:
    return request.app.state.engine  # type: ignore[no-any-return]


def _now() -> datetime:
    return datetime.now(UTC)


def _reading(engine: StoreEngine) -> Iterator[Session]:
    with reading(engine) as session:
        yield session


def _writing(engine: StoreEngine) -> Iterator[Session]:
    with writing(engine) as session:
        yield session


def _period(
    settings: AppSettings,
    from_date: Annotated[str | None, Query(description="first day or instant, inclusive")] = None,
    to_date: Annotated[str | None, Query(description="last day or instant, inclusive")] = None,
) -> Period:
    return Period.of(from_date or None, to_date or None, settings.zone)


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
