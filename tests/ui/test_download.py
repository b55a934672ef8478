"""A file that a page makes."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.ui.download import PART_LENGTH, Download
from tests.ui.conftest import NewVisit
from tests.ui.visiting import send


def test_a_short_text_goes_at_once(engine: Engine, new_visit: NewVisit) -> None:
    file = Download(new_visit(engine))
    file.send("a.json", "{}")
    assert {key: file.part[key] for key in ("name", "text", "first", "last")} == {
        "name": "a.json", "text": "{}", "first": True, "last": True,
    }  # fmt: skip
    before = file.part
    send(file, "go_on", {"n": 1})
    assert file.part == before


def test_a_long_one_goes_in_parts_each_asked_for(engine: Engine, new_visit: NewVisit) -> None:
    content = "ab" * PART_LENGTH + "c"
    file = Download(new_visit(engine))
    file.send("a.json", content)
    got = [file.part["text"]]
    while not file.part["last"]:
        send(file, "go_on", {"n": file.part["n"]})
        got.append(file.part["text"])
    assert ("".join(got), len(got)) == (content, 3)


@pytest.mark.parametrize("n", [None, -1, 0, "5", 10**30, 3 * PART_LENGTH])
def test_what_is_no_place_in_the_text_is_not_answered(engine: Engine, new_visit: NewVisit, n: Any) -> None:
    file = Download(new_visit(engine))
    file.send("a.json", "a" * (PART_LENGTH + 1))
    before = file.part
    send(file, "go_on", {"n": n})
    assert file.part == before


def test_bytes_arrive_as_they_are(engine: Engine, new_visit: NewVisit) -> None:
    file = Download(new_visit(engine))
    file.send("a.pdf", b"%PDF-\x00\xff")
    assert (file.part["binary"], b64decode(file.part["text"])) == (True, b"%PDF-\x00\xff")
    file.send("a.json", "{}")
    assert (file.part["binary"], file.part["text"]) == (False, "{}")
