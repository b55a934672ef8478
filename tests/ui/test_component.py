"""Messages from a browser reach what they may reach, and nothing else."""

from __future__ import annotations

import logging
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from traitlets import Unicode

import adplanning
from adplanning.core.errors import Conflict
from adplanning.ui.component import FILES, MAX_MESSAGE, Component
from tests.ui.visiting import send

PACKAGE = Path(adplanning.__file__).parent


class Bell(Component):
    vue = "main_button"

    title = Unicode("").tag(sync=True)

    def __init__(self) -> None:
        self.rung: list[Any] = []
        self.said: list[str] = []
        self.fault: Exception | None = None
        super().__init__(notify=self.said.append)

    def ring(self, *given: Any) -> None:
        self.rung.append(given)

    def vue_ring(self, data: dict[str, Any]) -> None:
        if self.fault:
            raise self.fault
        self.rung.append(data)


@pytest.fixture
def bell() -> Bell:
    return Bell()


def test_a_message_calls_the_method_of_its_name_with_its_data(bell: Bell) -> None:
    send(bell, "ring", {"n": 1})
    assert (bell.rung, bell.said) == ([{"n": 1}], [])


@pytest.mark.parametrize(
    "content",
    [
        {"event": "ring", "data": {"n": 1}, "buffered": True},
        {"event": "close"},
        {"event": "__init__"},
        {"event": None},
        {"event": ["ring"]},
        {"event": {"ring": 1}},
        {"event": "ring\x00"},
        {},
        [],
        "ring",
        None,
        {"create_widget": ["os", "system"], "props": {"command": "true"}, "id": "1"},
        {"create_widget": ["ipywidgets", "HTML"], "props": {"value": "<b>"}, "id": "1"},
        {"update_ref": {"functionRef": "ring", "args": [1]}, "id": "1", "prop": "title"},
        {"update_ref": {"objectRef": "ring"}, "id": "1", "prop": "title"},
        {"functionRef": "ring", "args": [1]},
        {"destroy_widget": "1"},
    ],
    ids=str,
)
def test_what_is_no_call_of_a_method_for_browsers_does_nothing(bell: Bell, content: Any) -> None:
    buffers = [b"1"] if isinstance(content, dict) and content.get("buffered") else []
    bell._handle_event(bell, content, buffers)
    assert (bell.rung, bell.said, bell.title, bell.closed) == ([], [], "", False)


@pytest.mark.parametrize("data", [[1], "text", 7, None, True])
def test_data_that_name_nothing_are_no_data(bell: Bell, data: Any) -> None:
    bell._handle_event(bell, {"event": "ring", "data": data}, [])
    assert bell.rung == [{}]


@pytest.mark.parametrize("events", [None, ["close"], []])
def test_what_a_browser_says_about_the_methods_changes_nothing(bell: Bell, events: Any) -> None:
    bell.events = events
    send(bell, "close")
    send(bell, "ring")
    assert (bell.rung, bell.closed) == ([{}], False)


def test_a_refusal_is_told_in_its_own_sentence(bell: Bell, caplog: pytest.LogCaptureFixture) -> None:
    bell.fault = Conflict("order 1001 is there already")
    send(bell, "ring")
    bell.fault = Conflict("a" * 2 * MAX_MESSAGE)
    send(bell, "ring")
    assert bell.said == ["order 1001 is there already", "a" * MAX_MESSAGE]
    assert not caplog.records


def test_any_other_fault_is_told_with_the_reference_under_which_the_log_has_it(
    bell: Bell, caplog: pytest.LogCaptureFixture
) -> None:
    bell.fault = RuntimeError("password=secret")
    with caplog.at_level(logging.ERROR):
        send(bell, "ring")
    [said] = bell.said
    assert "Traceback" not in said
    assert "secret" not in said
    reference = re.search(r"reference ([0-9a-f]{8})\.$", said)
    assert reference is not None
    assert reference[1] in caplog.text
    assert "RuntimeError: password=secret" in caplog.text


def test_a_closed_widget_leaves_no_model_behind(bell: Bell) -> None:
    layout = bell.layout
    bell.close()
    assert bell.closed
    assert layout.comm is None
    bell.title = "said to nobody"


def test_every_look_belongs_to_a_component_and_every_component_has_one() -> None:
    for path in sorted((PACKAGE / "ui").glob("*.py")):
        import_module(f"adplanning.ui.{path.stem}")
    looks = {kind.vue for kind in Component.__subclasses__() if kind.__module__.startswith("adplanning.")}
    assert looks == {path.stem for path in FILES.glob("*.vue")}
    assert "" not in looks


# What would take text for markup or for code.
IN_PAGES = re.compile(
    r"v-html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcdoc|\|\s*safe\b"
)
IN_PYTHON = re.compile(
    r"\bHTML\(|\bMarkdown\(|\bMarkup\(|\bJavascript\(|\beval\(|\bexec\(|autoescape=False|\|\s*safe\b"
)
# The only one, outside these folders: it sanitises what an executed notebook shows.
MAKES_MARKUP = {"batch_html.py": "an executed notebook as a page: every piece is escaped or sanitised there"}


@pytest.mark.parametrize("folder", ["ui", "server"])
def test_no_page_takes_text_for_markup(folder: str) -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in sorted((PACKAGE / folder).rglob("*"))
        if path.suffix in (".vue", ".j2", ".html", ".py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (IN_PYTHON if path.suffix == ".py" else IN_PAGES).search(line)
    ]
    assert not found, "\n".join(found)


def test_markup_is_made_where_it_is_known_why() -> None:
    makers = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\bMarkup\(|\bimport Markup\b", path.read_text())
    }
    assert makers == set(MAKES_MARKUP)
