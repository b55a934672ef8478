"""The form of every record: fields with help, checked as one leaves them, saved as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ipywidgets import widget_serialization
from traitlets import Bool, Dict, List, Unicode

from adplanning.core.errors import InvalidData
from adplanning.ui.component import Component, sentence_of
from adplanning.ui.visit import Visit

Values = Mapping[str, Any]
# pydantic's own words for a field that is not there.
_MISSING = "Field required"
_FILL_IN = "Fill this in."
MAX_ROWS = 50


@dataclass(frozen=True)
class Field:
    """One field; its key is the path that a refusal names.

    `kind` is text, area, number, choice, switch, day, moment (date and time in the reporting zone) or rows (any number
    of lines, each with the fields of `parts`). A part may also be choices (several of its options), texts (several of
    its options or of one's own) or kept (not shown, handed back as it came). A field or part with `only_for` shows
    while the field named there has that value.
    """

    key: str
    label: str
    kind: str = "text"
    help: str = ""
    required: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[Field] = ()
    only_for: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unit: str = ""


class Form(Component):
    """A dialog; `submit` saves what was given or refuses it with `InvalidData`, shown at the fields its paths name.

    `below` are widgets of the form's own that stand below its fields; `changed` is told what stands in the fields while
    they are filled in.
    """

    vue = "form"

    title = Unicode("").tag(sync=True)
    button = Unicode("").tag(sync=True)
    fields = List(Dict()).tag(sync=True)
    given = Dict().tag(sync=True)
    issues = Dict().tag(sync=True)
    shown = Bool(False).tag(sync=True)
    live = Bool(False).tag(sync=True)
    added = Dict().tag(sync=True)
    below: List[Component] = List().tag(sync=True, **widget_serialization)

    def __init__(
        self,
        visit: Visit,
        *,
        title: str,
        button: str,
        fields: Sequence[Field],
        check: Callable[[Values], object],
        submit: Callable[[Values], None],
        below: Sequence[Component] = (),
        changed: Callable[[Values], None] | None = None,
    ) -> None:
        self._fields, self._check, self._submit, self._below = fields, check, submit, below
        self._changed = changed
        super().__init__(
            notify=lambda words: visit.frame.toast(words, "error"),
            title=title,
            button=button,
            fields=[_shown(one) for one in fields],
            below=list(below),
            live=changed is not None,
        )

    def close(self) -> None:
        """Leave the page together with what stands below the fields."""
        for widget in self._below:
            widget.close()
        super().close()

    def have(self, fields: Sequence[Field]) -> None:
        """Have other fields from now on; what has been filled in stays."""
        self._fields = fields
        self.fields = [_shown(one) for one in fields]

    def ask(self, given: Values | None = None, *, title: str = "", button: str = "") -> None:
        """Open the form with some values in it."""
        with self.hold_sync():
            self.title, self.button = title or self.title, button or self.button
            self._say({})
            self.given = {"n": next(self._numbers), "values": dict(given or {})}
            self.shown = True

    def put(self, values: Values) -> None:
        """Fill in some fields of the open form; the others stay as they are."""
        self.added = {"n": next(self._numbers), "values": dict(values)}

    def vue_change(self, data: dict[str, Any]) -> None:
        """Something was typed or chosen."""
        if self._changed is not None:
            self._changed(self._taken(data.get("values")))

    def vue_check(self, data: dict[str, Any]) -> None:
        """A field was left: say what is wrong with those that were filled in so far."""
        self._try(self._check, data)

    def vue_submit(self, data: dict[str, Any]) -> None:
        """Save, and close when that went well."""
        if self._try(self._submit, data):
            self.shown = False

    def vue_close(self, _: dict[str, Any]) -> None:
        """Close without saving."""
        self.shown = False

    def _try(self, act: Callable[[Values], object], data: dict[str, Any]) -> bool:
        given: Values | None = None
        try:
            given = self._taken(data.get("values"))
            act(given)
        except InvalidData as refused:
            keys = {one.key for one in self._fields}
            issues: dict[str, str] = {}
            for path, words in refused.issues or [("", refused.message)]:
                key = next((key for key in keys if path == key or path.startswith(f"{key}.")), "")
                said = _FILL_IN if words == _MISSING else words
                issues.setdefault(key, said if key or not path else f"{path}: {said}")
            self._say({**issues, **dict.fromkeys(self._left_empty(given), _FILL_IN)})
            return False
        except Exception as fault:  # noqa: BLE001 - told in the form, which waits for an answer
            self._say({"": sentence_of(fault)})
            return False
        self._say({})
        return True

    def _left_empty(self, given: Values | None) -> list[str]:
        """The fields that must be filled in and are not: all of them, though a refusal may name the first alone."""
        return [
            one.key
            for one in self._fields
            if given is not None
            and one.required
            and given.get(one.key) in (None, [])
            and all(given.get(key) in among for key, among in one.only_for.items())
        ]

    def _say(self, issues: Mapping[str, str]) -> None:
        self.issues = {"n": next(self._numbers), "by_field": dict(issues)}

    def _taken(self, values: object) -> Values:
        """Only the form's own fields, empty ones left out, of the kinds that a browser's form can give."""
        given = values if isinstance(values, dict) else {}
        taken: dict[str, Any] = {}
        for one in self._fields:
            value = given.get(one.key)
            if one.kind == "rows":
                lines = value if isinstance(value, list) else []
                if len(lines) > MAX_ROWS:
                    raise InvalidData.at(one.key, f"has {len(lines)} lines; give at most {MAX_ROWS}")
                taken[one.key] = [
                    {part.key: _part(one.key, part, line.get(part.key)) for part in one.parts}
                    for line in lines
                    if isinstance(line, dict)
                ]
            elif one.kind == "switch":
                taken[one.key] = value is True
            elif isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
                taken[one.key] = value if one.kind == "number" else str(value)
        return taken


def _part(key: str, part: Field, value: object) -> str | list[str]:
    if part.kind not in {"choices", "texts"}:
        return str(value or "")
    chosen = value if isinstance(value, list) else []
    if len(chosen) > MAX_ROWS:
        raise InvalidData.at(key, f"has a line with {len(chosen)} choices; give at most {MAX_ROWS}")
    return [str(one) for one in chosen]


def _shown(one: Field) -> dict[str, Any]:
    return {
        **asdict(one),
        "options": [{"value": value, "title": words} for value, words in one.options.items()],
        "parts": [_shown(part) for part in one.parts],
    }
