"""The table of every list: paged, sorted and filtered by the store, its state in the address, all of it as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from traitlets import Bool, Dict, Int, List, Unicode

from adplanning.core.csv_text import csv_text
from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.core.texts import storable_text
from adplanning.ui.actions import Action
from adplanning.ui.cells import Cell
from adplanning.ui.component import Component, sentence_of
from adplanning.ui.visit import Visit

PAGE_SIZES = (25, 50, 100)
_LIMITS = tuple(map(str, PAGE_SIZES))
MAX_PAGE_DIGITS = 9
EXPORT_ROWS = 1000
MAX_SEARCH = 200


@dataclass(frozen=True)
class Column:
    """A column of a table; `sortable` when the store can order by its key."""

    key: str
    title: str
    numeric: bool = False
    sortable: bool = False
    on_phone: bool = False
    help: str = ""


@dataclass(frozen=True)
class Filter:
    """A choice among values, each with its words; a required one has a default and is never empty."""

    key: str
    label: str
    options: Mapping[str, str]
    default: str = ""


@dataclass(frozen=True)
class Query:
    """Which rows are asked for."""

    filters: Mapping[str, str]
    search: str | None
    dates: tuple[str, str]
    period: Period
    sort: str | None
    descending: bool
    limit: int
    offset: int


@dataclass(frozen=True)
class Row:
    """One row: what it is called, where it leads, its cells by column, and its values for the CSV by heading.

    `actions` names the buttons of the table that stand at this row; all of them when not given.
    """

    id: str
    name: str
    href: str
    cells: Mapping[str, Cell]
    values: Mapping[str, object] = field(default_factory=dict)
    actions: Sequence[str] | None = None

    def shown(self) -> dict[str, Any]:
        """What the browser gets to know of it."""
        return {
            "id": self.id,
            "name": self.name,
            "href": self.href,
            "cells": self.cells,
            "actions": None if self.actions is None else list(self.actions),
        }


class Table(Component):
    """A list of records.

    Parameters
    ----------
    fetch : answers one page of rows and how many match in all.
    footer : the rows that stand below every page, such as totals; last in the CSV.
    title : what stands above it, where a page has several tables.
    waits : nothing is read yet; the page calls `refresh` when what takes long is there.
    prefix, beside : where several tables share an address: what this one's part of it begins with, and what else is in
        the address.
    """

    vue = "table"

    label = Unicode("").tag(sync=True)
    title = Unicode("").tag(sync=True)
    columns = List(Dict()).tag(sync=True)
    choices = List(Dict()).tag(sync=True)
    dated = Bool(False).tag(sync=True)
    searchable = Unicode("").tag(sync=True)
    exportable = Bool(False).tag(sync=True)
    actions = List(Dict()).tag(sync=True)
    empty = Unicode("").tag(sync=True)
    empty_action = Dict(None, allow_none=True).tag(sync=True)
    asked = Dict().tag(sync=True)
    rows = List(Dict()).tag(sync=True)
    feet = List(Dict()).tag(sync=True)
    pending = Bool(False).tag(sync=True)
    total = Int(0).tag(sync=True)
    fault = Unicode("").tag(sync=True)
    notice = Unicode("").tag(sync=True)
    exporting = Dict().tag(sync=True)

    def __init__(
        self,
        visit: Visit,
        *,
        label: str,
        columns: Sequence[Column],
        fetch: Callable[[Query], tuple[Sequence[Row], int]],
        filters: Sequence[Filter] = (),
        dated: bool = False,
        searchable: str = "",
        sort: str,
        descending: bool = True,
        export_name: str = "",
        actions: Sequence[Action] = (),
        empty: str,
        empty_action: Action | None = None,
        changed: Callable[[Query], None] = lambda _: None,
        footer: Callable[[Query], Sequence[Row]] = lambda _: (),
        title: str = "",
        waits: bool = False,
        prefix: str = "",
        beside: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._visit, self._fetch, self._changed, self._footer = visit, fetch, changed, footer
        self._prefix, self._beside = prefix, beside
        self._columns, self._filters, self._export_name = columns, filters, export_name
        self._actions = {action.name: action for action in (*actions, *([empty_action] if empty_action else []))}
        self._sort, self._descending = sort, descending
        try:
            own = {key.removeprefix(prefix): said for key, said in visit.query.items() if key.startswith(prefix)}
            self._query, notice = self._read(own), ""
        except InvalidData as refused:
            self._query, notice = self._read({}), f"The address asked for something else: {refused}"
        super().__init__(
            notify=lambda words: visit.frame.toast(words, "error"),
            notice=notice,
            label=label,
            columns=[vars(column) for column in columns],
            choices=[
                {
                    "key": one.key,
                    "label": one.label,
                    "required": bool(one.default),
                    "default": one.default,
                    "options": [{"value": value, "title": words} for value, words in one.options.items()],
                }
                for one in filters
            ],
            dated=dated,
            searchable=searchable,
            exportable=bool(export_name),
            actions=[action.shown() for action in actions],
            empty=empty,
            empty_action=None if empty_action is None else empty_action.shown(),
            title=title,
            pending=waits,
        )
        if waits:
            self._answer()
        else:
            self.refresh()

    @property
    def query(self) -> Query:
        """What is shown now."""
        return self._query

    @property
    def state(self) -> dict[str, str]:
        """The table's part of the page's address."""
        return {f"{self._prefix}{key}": said for key, said in self._state().items()}

    def refresh(self) -> None:
        """Read the page anew."""
        asked = self._query
        feet: Sequence[Row] = ()
        try:
            rows, total = self._fetch(asked)
            if not rows and total and asked.offset:
                asked = self._query = self._read({**self._state(), "page": "1"})
                rows, total = self._fetch(asked)
            feet, fault = self._footer(asked) if total else (), ""
        except Exception as stop:  # noqa: BLE001 - told in the table's place
            rows, total, fault = [], 0, sentence_of(stop)
        if asked is not self._query:
            return  # something else was asked meanwhile
        with self.hold_sync():
            self.fault, self.total, self.pending = fault, total, False
            self.rows, self.feet = [row.shown() for row in rows], [row.shown() for row in feet]
            self._answer()

    def _answer(self) -> None:
        """Say what is shown; the browser waits for it."""
        query = self._query
        self.asked = {
            **query.filters,
            "search": query.search or "",
            "from_date": query.dates[0],
            "to_date": query.dates[1],
            "sort": query.sort,
            "descending": query.descending,
            "limit": query.limit,
            "page": query.offset // query.limit + 1,
            "n": next(self._numbers),
        }

    def vue_ask(self, data: dict[str, Any]) -> None:
        """Other filters, another order or another page."""
        given = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in data.items()}
        before = self._query
        try:
            self._query = self._read(given)
        except InvalidData:
            self._answer()
            raise
        self.refresh()
        self._visit.frame.keep({**self._beside(), **self.state})
        if (before.filters, before.period, before.search) != (
            self._query.filters,
            self._query.period,
            self._query.search,
        ):
            self._changed(self._query)

    def vue_act(self, data: dict[str, Any]) -> None:
        """A button of a row, or of the empty table, was pressed."""
        action = self._actions.get(str(data.get("name")))
        if action is not None:
            action.then(str(data.get("id", "")))

    def vue_export_rows(self, data: dict[str, Any]) -> None:
        """Send the next part of the CSV; the browser asks for each, so that a long one can be left."""
        if not self._export_name:
            return
        done = data.get("n", 0)
        offset = done if isinstance(done, int) and 0 <= done < 2**53 else 0
        asked = Query(**{**vars(self._query), "limit": EXPORT_ROWS, "offset": offset})
        try:
            rows, total = self._fetch(asked)
            last = offset + len(rows) >= total or not rows
            feet = self._footer(asked) if last and total else ()
        except Exception:
            self.exporting = {}
            raise
        self.exporting = {
            "answer": next(self._numbers),
            "n": offset + len(rows),
            "part": csv_text([row.values for row in (*rows, *feet)], with_headings=offset == 0),
            "last": last,
            "busy": not last,
            "name": f"{self._export_name}.csv",
        }

    def _read(self, given: Mapping[str, str]) -> Query:
        """What an address, or the browser's table, asks for; an unknown value is refused."""
        chosen = {}
        for one in self._filters:
            value = given.get(one.key) or one.default
            if value and value not in one.options:
                raise InvalidData.unknown_choice(one.key, value, one.options)
            if value:
                chosen[one.key] = value
        sort = given.get("sort") or self._sort
        sortable = [column.key for column in self._columns if column.sortable]
        if sort not in (*sortable, self._sort):
            raise InvalidData.unknown_choice("sort", sort, sortable)
        limit, page = given.get("limit") or str(PAGE_SIZES[0]), given.get("page") or "1"
        if limit not in _LIMITS:
            raise InvalidData.unknown_choice("limit", limit, _LIMITS)
        if not page.isdecimal() or len(page) > MAX_PAGE_DIGITS or not int(page):
            raise InvalidData.at("page", f"{page[:20]!r} is not the number of a page; give 1 or a higher one")
        dates = (given.get("from_date") or "", given.get("to_date") or "")
        period = Period.of(dates[0] or None, dates[1] or None, self._visit.settings.zone)
        descending = given["descending"] == "true" if given.get("descending") else self._descending
        search = given.get("search", "")[:MAX_SEARCH].strip() or None
        try:
            storable_text(search or "")
        except ValueError as fault:
            raise InvalidData.at("search", str(fault)) from None
        size = int(limit)
        return Query(chosen, search, dates, period, sort, descending, size, (int(page) - 1) * size)

    def _state(self) -> dict[str, str]:
        """The query as an address says it: only what is not the default."""
        query = self._query
        defaults = {one.key: one.default for one in self._filters}
        state = {key: value for key, value in query.filters.items() if value != defaults[key]}
        state |= {"search": query.search or "", "from_date": query.dates[0], "to_date": query.dates[1]}
        if (query.sort, query.descending) != (self._sort, self._descending):
            state |= {"sort": query.sort or "", "descending": str(query.descending).lower()}
        if query.limit != PAGE_SIZES[0]:
            state["limit"] = str(query.limit)
        if query.offset:
            state["page"] = str(query.offset // query.limit + 1)
        return {key: value for key, value in state.items() if value}
