"""What stands in for the browser and for the frame: messages as a browser sends them, and a frame that only notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Engine, select

from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.component import Component
from adplanning.ui.visit import Progress

Kind = TypeVar("Kind", bound=Component)


@dataclass
class NotingFrame:
    """Notes what a page asks for; what is to be done later is done with `catch_up`, questions are answered by tests."""

    served: bool = True
    gone_to: list[str] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    toasts: list[tuple[str, str]] = field(default_factory=list)
    questions: list[tuple[str, Callable[[], None]]] = field(default_factory=list)
    jobs: list[Callable[[], None]] = field(default_factory=list)
    progress: list[tuple[str, float]] = field(default_factory=list)

    def go(self, address: str, *, instead: bool = False) -> None:
        self.gone_to.append(address)

    def keep(self, query: Mapping[str, str]) -> None:
        self.kept.append(dict(query))

    def title(self, words: str) -> None:
        self.titles.append(words)

    def toast(self, words: str, kind: str = "success") -> None:
        self.toasts.append((kind, words))

    def confirm(self, title: str, words: str, button: str, then: Callable[[], None]) -> None:
        self.questions.append((title, then))

    def later(self, job: Callable[[], None]) -> None:
        self.jobs.append(job)

    def work(self, title: str, job: Callable[[Progress], str], then: Callable[[], None]) -> None:
        self.toast(job(lambda words, share: self.progress.append((words, share))))
        then()

    def catch_up(self) -> None:
        jobs, self.jobs = self.jobs, []
        for job in jobs:
            job()


def send(widget: Component, event: object, data: object = None, buffers: object = ()) -> None:
    """What a browser sends when somebody does something."""
    widget._handle_event(widget, {"event": event, "data": {} if data is None else data}, list(buffers))


def the(kind: type[Kind], widgets: list[Any]) -> Kind:
    """The widget of that kind on a page."""
    [found] = [widget for widget in widgets if isinstance(widget, kind)]
    return found


def everything(engine: Engine) -> dict[str, list[str]]:
    """All rows of all tables."""
    with reading(engine) as session:
        return {name: sorted(map(repr, session.execute(select(table)))) for name, table in TABLES.items()}
