"""What happened to one record, one thing below the other under its day, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from traitlets import Bool, Dict, Int, List, Unicode

from adplanning.core.errors import InvalidData
from adplanning.ui.cells import Cell
from adplanning.ui.component import Component, sentence_of
from adplanning.ui.visit import Visit

PAGE_SIZE = 25
MAX_PAGE_DIGITS = 9


@dataclass(frozen=True)
class Happening:
    """One thing: its day and time as people write them, what it was, what it says, where it leads, what is known."""

    day: str
    time: str
    badge: Cell
    words: str
    stage: Cell | None = None
    href: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


class Timeline(Component):
    """A list that is read from one end to the other; its kind, direction and page are in the page's address.

    Parameters
    ----------
    kinds : what each kind is called, by its word in the address; all together when none is chosen.
    fetch : answers what happened, given the kind or None, whether the newest comes first, how many and after how many;
        and how many there are in all.
    beside : what else is in the page's address.
    """

    vue = "timeline"

    title = Unicode("").tag(sync=True)
    kinds = List(Dict()).tag(sync=True)
    kind = Unicode("").tag(sync=True)
    newest = Bool(True).tag(sync=True)
    items = List(Dict()).tag(sync=True)
    place = Dict().tag(sync=True)
    pending = Bool(True).tag(sync=True)
    fault = Unicode("").tag(sync=True)
    empty = Unicode("").tag(sync=True)
    total = Int(0).tag(sync=True)

    def __init__(
        self,
        visit: Visit,
        *,
        title: str,
        kinds: Mapping[str, str],
        fetch: Callable[[str | None, bool, int, int], tuple[Sequence[Happening], int]],
        empty: str,
        beside: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._visit, self._fetch, self._beside = visit, fetch, beside
        self._names = list(kinds)
        asked, page = visit.query.get("kind", ""), visit.query.get("page", "")
        self._kind = asked if asked in kinds else ""
        self._is_newest_first = visit.query.get("order") != "oldest"
        self._page = int(page) if page.isdecimal() and len(page) <= MAX_PAGE_DIGITS and int(page) else 1
        super().__init__(
            notify=lambda words: visit.frame.toast(words, "error"),
            title=title,
            kinds=[{"name": name, "title": words} for name, words in kinds.items()],
            empty=empty,
        )

    @property
    def state(self) -> dict[str, str]:
        """Its part of the page's address."""
        said = {
            "kind": self._kind,
            "order": "" if self._is_newest_first else "oldest",
            "page": str(self._page) if self._page > 1 else "",
        }
        return {key: value for key, value in said.items() if value}

    def refresh(self) -> None:
        """Read the page anew; one that is there no longer becomes the first."""
        found: Sequence[Happening] = ()
        total, fault = 0, ""
        try:
            found, total = self._read()
            if not found and total:
                self._page = 1
                found, total = self._read()
        except Exception as stop:  # noqa: BLE001 - told in the list's place
            fault = sentence_of(stop)
        first = (self._page - 1) * PAGE_SIZE
        with self.hold_sync():
            self.kind, self.newest, self.total, self.fault = self._kind, self._is_newest_first, total, fault
            self.items = [asdict(one) for one in found]
            self.pending = False
            # Numbered, because the same page once more is still an answer that the browser waits for.
            self.place = {
                "n": next(self._numbers),
                "first": first + 1,
                "last": first + len(found),
                "page": self._page,
                "pages": -(-total // PAGE_SIZE),
            }

    def _read(self) -> tuple[Sequence[Happening], int]:
        return self._fetch(self._kind or None, self._is_newest_first, PAGE_SIZE, (self._page - 1) * PAGE_SIZE)

    def vue_choose(self, data: dict[str, Any]) -> None:
        """Another kind was chosen, or all."""
        name = str(data.get("name") or "")
        if name and name not in self._names:
            raise InvalidData.unknown_choice("kind", name, self._names)
        self._kind = name
        self._show(1)

    def vue_turn_around(self, _: dict[str, Any]) -> None:
        """The other end is to come first."""
        self._is_newest_first = not self._is_newest_first
        self._show(1)

    def vue_leaf(self, data: dict[str, Any]) -> None:
        """Another page was asked for."""
        page = data.get("page")
        if not isinstance(page, int) or not 0 < page < 10**MAX_PAGE_DIGITS:
            raise InvalidData.at("page", "is not the number of a page; give 1 or a higher one")
        self._show(page)

    def _show(self, page: int) -> None:
        self._page = page
        self.refresh()
        self._visit.frame.keep({**self._beside(), **self.state})
