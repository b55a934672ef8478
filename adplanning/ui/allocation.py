"""How a total is split, with a slider for each part, judged while one moves them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from traitlets import Dict, List, Unicode

from adplanning.core.errors import InvalidData
from adplanning.ui.actions import Action
from adplanning.ui.component import Component
from adplanning.ui.visit import Visit

Amounts = Mapping[str, float]


@dataclass(frozen=True)
class Part:
    """What gets a share of the total: between which amounts, and how much as a rule."""

    key: str
    name: str
    least: float
    most: float
    usual: float
    step: float


def part(key: str, name: str, *, least: float, most: float, usual: float) -> Part:
    """A part whose slider goes in round steps, about a hundred of them, from and to round amounts.

    >>> part("camp_1", "Quilts", least=512.3, most=1639.4, usual=1024.6)
    Part(key='camp_1', name='Quilts', least=510.0, most=1640.0, usual=1024.6, step=10.0)
    >>> part("camp_2", "Covers", least=0.0, most=0.0, usual=0.0).most
    1.0
    """
    width = most - least
    step = 10.0 ** math.floor(math.log10(width / 100) + 0.5) if width > 0 else 1.0
    low, high = (math.floor(least / step) * step, math.ceil(most / step) * step)
    return Part(key, name, round(low, 6), round(max(high, low + step), 6), usual, step)


class Allocation(Component):
    """The sliders; each part can be held where it is.

    Parameters
    ----------
    parts : all that share the total, in the order they are shown.
    currency : of the amounts.
    aim : what a target is called that the best split may have to reach.
    judge : answers a few words on each part for amounts that a browser may have sent, checked against the bounds.
    split : the best amounts for a total and a target, given those that are held; refuses with `InvalidData`.
    actions : further buttons beside those that split and go back.
    """

    vue = "allocation"

    parts = List(Dict()).tag(sync=True)
    currency = Unicode("").tag(sync=True)
    aim = Unicode("").tag(sync=True)
    actions = List(Dict()).tag(sync=True)
    given = Dict().tag(sync=True)
    judged = Dict().tag(sync=True)
    fault = Dict().tag(sync=True)

    def __init__(
        self,
        visit: Visit,
        *,
        parts: Sequence[Part],
        currency: str,
        aim: str,
        judge: Callable[[Amounts], Mapping[str, Sequence[str]]],
        split: Callable[[float, float | None, Amounts], Amounts],
        actions: Sequence[Action] = (),
    ) -> None:
        self._parts = {one.key: one for one in parts}
        self._judge, self._split = judge, split
        self._actions = {action.name: action for action in actions}
        self._amounts = {one.key: one.usual for one in parts}
        self._held: set[str] = set()
        super().__init__(
            notify=lambda words: visit.frame.toast(words, "error"),
            parts=[asdict(one) for one in parts],
            currency=currency,
            aim=aim,
            actions=[action.shown() for action in actions],
        )
        self._put(self._amounts)

    @property
    def amounts(self) -> Amounts:
        """How much each part gets now."""
        return dict(self._amounts)

    def vue_move(self, data: dict[str, Any]) -> None:
        """A slider was moved, or an amount typed."""
        one = self._part(data)
        amount = _number("amount", data.get("amount"))
        if not one.least <= amount <= one.most:
            self._put(self._amounts)
            raise InvalidData.at("amount", f"{amount:g} is out of bounds; give {one.least:g} to {one.most:g}")
        self._amounts[one.key] = amount
        self._say()

    def vue_hold(self, data: dict[str, Any]) -> None:
        """A part is to stay as it is, or need not any more."""
        one = self._part(data)
        (self._held.add if data.get("held") is True else self._held.discard)(one.key)
        self._put(self._amounts)

    def vue_split(self, data: dict[str, Any]) -> None:
        """The best split of a total was asked for."""
        try:
            total = _number("total", data.get("total"))
            target = data.get("target")
            wanted = None if target in (None, "") else _number("target", target)
            held = {key: self._amounts[key] for key in self._held}
            found = self._split(total, wanted, held)
        except InvalidData as refused:
            self.fault = {"n": next(self._numbers), "words": refused.message}
            return
        self._put(found)

    def vue_back(self, _: dict[str, Any]) -> None:
        """All that is not held shall be as usual again."""
        self._put(
            {one.key: self._amounts[one.key] if one.key in self._held else one.usual for one in self._parts.values()}
        )

    def vue_act(self, data: dict[str, Any]) -> None:
        """Another button was pressed."""
        action = self._actions.get(str(data.get("name")))
        if action is not None:
            action.then("")

    def _part(self, data: dict[str, Any]) -> Part:
        key = data.get("key")
        found = self._parts.get(key) if isinstance(key, str) else None
        if found is None:
            raise InvalidData.at("key", "is no part of this total; open the page anew")
        return found

    def _put(self, amounts: Amounts) -> None:
        """Move the sliders."""
        self._amounts = dict(amounts)
        with self.hold_sync():
            self.given = {"n": next(self._numbers), "amounts": dict(amounts), "held": sorted(self._held)}
            self._say()

    def _say(self) -> None:
        with self.hold_sync():
            self.fault = {}
            self.judged = {"n": next(self._numbers), "words": dict(self._judge(self._amounts))}


def _number(name: str, value: object) -> float:
    """A number that a browser sent, perhaps as it was typed."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or not 0 <= number < 1e15:
        raise InvalidData.at(name, "is no amount; give a number, 0 or more")
    return number
