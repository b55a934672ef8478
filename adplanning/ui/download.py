"""A file that a page makes, sent to the browser in parts, so that a long one neither blocks nor is cut."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from traitlets import Dict

from adplanning.ui.component import Component
from adplanning.ui.visit import Visit

PART_LENGTH = 1_000_000


class Download(Component):
    """Nothing to be seen; `send` has the browser save a text, or bytes, as a file."""

    vue = "download"

    part = Dict().tag(sync=True)

    def __init__(self, visit: Visit) -> None:
        self._name = self._content = ""
        self._is_binary = False
        super().__init__(notify=lambda words: visit.frame.toast(words, "error"))

    def send(self, name: str, content: str | bytes) -> None:
        """Begin with the first part; the browser asks for each further one."""
        self._is_binary = isinstance(content, bytes)
        self._name, self._content = name, content if isinstance(content, str) else b64encode(content).decode()
        self._give(0)

    def vue_go_on(self, data: dict[str, Any]) -> None:
        """The part after `n` characters is asked for."""
        done = data.get("n")
        if isinstance(done, int) and 0 < done < len(self._content):
            self._give(done)

    def _give(self, start: int) -> None:
        end = min(start + PART_LENGTH, len(self._content))
        is_last = end == len(self._content)
        self.part = {
            "answer": next(self._numbers),
            "name": self._name,
            "text": self._content[start:end],
            "binary": self._is_binary,
            "first": start == 0,
            "n": end,
            "last": is_last,
        }
        if is_last:
            self._content = ""
