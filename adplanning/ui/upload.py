"""A file from the visitor's own machine, in parts that each are asked for, into a folder that goes with the page."""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from traitlets import Dict, Int, Unicode

from adplanning.core.errors import InvalidData
from adplanning.ui.component import Component
from adplanning.ui.visit import Visit

MAX_BYTES = 200_000_000
PART_BYTES = 1_000_000
MAX_NAME = 120


class Upload(Component):
    """A place to drop a file on, or to choose one; `then` is given where it lies once all of it is there."""

    vue = "upload"

    title = Unicode("").tag(sync=True)
    help = Unicode("").tag(sync=True)
    accepts = Unicode("").tag(sync=True)
    part_bytes = Int(PART_BYTES).tag(sync=True)
    asked = Dict().tag(sync=True)
    refused = Dict().tag(sync=True)

    def __init__(self, visit: Visit, *, title: str, help: str, accepts: str, then: Callable[[Path], None]) -> None:  # noqa: A002
        self._visit, self._then = visit, then
        self._folder = tempfile.TemporaryDirectory(prefix="adplanning-upload-")
        self._file: Path | None = None
        self._size = self._held = 0
        super().__init__(title=title, help=help, accepts=accepts)

    def close(self) -> None:
        """Leave the page, and the file with it."""
        self._folder.cleanup()
        super().close()

    def failed(self, words: str) -> None:
        """Show why the file is not taken, where it was chosen."""
        self._file = None
        self.refused = {"n": next(self._numbers), "words": words}

    def vue_begin(self, data: dict[str, Any]) -> None:
        """A file was chosen."""
        self._visit.require_writer()
        size = data.get("size")
        if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= MAX_BYTES:
            raise InvalidData.at(
                "file", f"is empty or larger than {MAX_BYTES // 1_000_000} MB; split it, or use: adplanning import"
            )
        self._file = Path(self._folder.name) / _plain_name(data.get("name"))
        self._file.write_bytes(b"")
        self._size, self._held = size, 0
        self._ask()

    def vue_part(self, data: dict[str, Any]) -> None:
        """The next part of it has come."""
        if self._file is None or data.get("at") != self._held:
            return
        part = _decoded(data.get("part"))
        if not part or len(part) > PART_BYTES or self._held + len(part) > self._size:
            raise InvalidData.at("file", "has changed while it was read; choose it again")
        with self._file.open("ab") as file:
            file.write(part)
        self._held += len(part)
        if self._held < self._size:
            self._ask()
        else:
            whole, self._file = self._file, None
            self.asked = {"n": next(self._numbers), "at": self._size}
            self._then(whole)

    def _ask(self) -> None:
        self.asked = {"n": next(self._numbers), "at": self._held}


def _plain_name(name: object) -> str:
    r"""The file's own name without a way to another folder.

    >>> _plain_name("../../etc/pass wd.csv"), _plain_name("C:\\ads\\October.xlsx"), _plain_name(None)
    ('pass wd.csv', 'October.xlsx', 'upload')
    """
    last = re.split(r"[/\\]", str(name or ""))[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(". ")
    return kept[-MAX_NAME:] or "upload"


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""
