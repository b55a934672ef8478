"""A file in parts from a browser."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from adplanning.core.vocabulary import Role
from adplanning.ui.upload import MAX_BYTES, PART_BYTES, Upload
from tests.ui.conftest import NewVisit
from tests.ui.visiting import send


def text_of(part: bytes) -> str:
    return base64.b64encode(part).decode()


class Taken:
    """What came of an upload."""

    def __init__(self, visit: Any) -> None:
        self.files: list[tuple[str, bytes]] = []
        self.widget = Upload(visit, title="t", help="h", accepts=".csv", then=self._take)

    def _take(self, path: Path) -> None:
        self.files.append((path.name, path.read_bytes()))

    def begin(self, name: object, size: object) -> None:
        send(self.widget, "begin", {"name": name, "size": size})

    def part(self, at: object, part: object) -> None:
        send(self.widget, "part", {"at": at, "part": part})


@pytest.fixture
def taken(engine: Engine, new_visit: NewVisit) -> Taken:
    return Taken(new_visit(engine))


def test_each_part_is_asked_for_and_the_whole_is_handed_on(taken: Taken) -> None:
    data = bytes(range(256)) * 10_000
    taken.begin("Ads Manager.csv", len(data))
    while not taken.files:
        at = taken.widget.asked["at"]
        taken.part(at, text_of(data[at : at + PART_BYTES]))
    assert taken.files == [("Ads Manager.csv", data)]


def test_a_part_that_was_not_asked_for_changes_nothing(taken: Taken) -> None:
    taken.part(0, text_of(b"early"))
    taken.begin("a.csv", 6)
    taken.part(0, text_of(b"abc"))
    taken.part(0, text_of(b"abc"))
    taken.part(3, text_of(b"def"))
    taken.part(6, text_of(b"ghi"))
    assert taken.files == [("a.csv", b"abcdef")]


def test_a_name_leads_to_no_other_folder(taken: Taken) -> None:
    taken.begin("../../.ssh/authorized_keys", 1)
    taken.part(0, text_of(b"x"))
    assert taken.files == [("authorized_keys", b"x")]


@pytest.mark.parametrize("size", [0, -1, MAX_BYTES + 1, "7", None, True])
def test_what_is_empty_or_too_large_is_refused_before_it_is_sent(taken: Taken, size: object) -> None:
    taken.begin("a.csv", size)
    assert "200 MB" in taken.widget.refused["words"]
    taken.part(0, text_of(b"x"))
    assert taken.files == []


@pytest.mark.parametrize("part", ["", "no base64!", text_of(b"longer than was said"), None])
def test_a_part_that_cannot_be_one_ends_the_upload(taken: Taken, part: object) -> None:
    taken.begin("a.csv", 3)
    taken.part(0, part)
    assert "choose it again" in taken.widget.refused["words"]
    taken.part(0, text_of(b"abc"))
    assert taken.files == []


def test_a_viewer_uploads_nothing(engine: Engine, new_visit: NewVisit) -> None:
    taken = Taken(new_visit(engine, role=Role.viewer))
    taken.begin("a.csv", 3)
    assert "viewer" in taken.widget.refused["words"]


def test_the_file_goes_with_the_page(taken: Taken) -> None:
    paths: list[Path] = []
    taken.widget._then = paths.append
    taken.begin("a.csv", 1)
    taken.part(0, text_of(b"x"))
    assert paths[0].exists()
    taken.widget.close()
    assert not paths[0].exists()
