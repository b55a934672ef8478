"""One visitor at one page: the store as they may use it, and what a page may ask of the frame around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from adplanning.core.errors import Forbidden
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Role
from adplanning.store import session as store_session

Progress = Callable[[str, float], None]


class Frame(Protocol):
    """What stands around every page; `served` by our server, or shown in JupyterLab."""

    served: bool

    def go(self, address: str, *, instead: bool = False) -> None:
        """Open another page; `instead` of this one, to which one cannot go back."""

    def keep(self, query: Mapping[str, str]) -> None:
        """Put what is filtered into the address."""

    def title(self, words: str) -> None:
        """Call the page after the record that it shows."""

    def toast(self, words: str, kind: str = "success") -> None:
        """Say something that goes away by itself; `kind` is success, info or error."""

    def confirm(self, title: str, words: str, button: str, then: Callable[[], None]) -> None:
        """Ask before something that cannot be undone."""

    def later(self, job: Callable[[], None]) -> None:
        """Compute what the page does not wait for, once it is shown."""

    def work(self, title: str, job: Callable[[Progress], str], then: Callable[[], None]) -> None:
        """Do something long beside the page; `job` answers the sentence that is shown at its end."""


@dataclass(frozen=True)
class Visit:
    """What every page function is given; `name` is the visitor's."""

    engine: Engine
    settings: Settings
    role: Role
    frame: Frame
    record_id: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def served(self) -> bool:
        """Whether our server stands behind the page's addresses."""
        return self.frame.served

    @property
    def may_write(self) -> bool:
        """Whether buttons that change something are shown."""
        return self.role is not Role.viewer

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot of the store."""
        with store_session.reading(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed at its end.

        Raises
        ------
        Forbidden : a viewer only looks, whatever a browser sends.
        """
        self.require_writer()
        with store_session.writing(self.engine) as session:
            yield session

    def require_writer(self) -> None:
        """Refuse a viewer.

        Raises
        ------
        Forbidden : the role only reads.
        """
        if not self.may_write:
            raise Forbidden("you are signed in as a viewer, who may look but not change; ask for the role analyst")

    def now(self) -> datetime:
        """The clock."""
        return datetime.now(UTC)
