"""What all our widgets share: a Vue file of their own, and messages from the browser taken as what they are."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from ipyvue.Template import get_template
from ipyvuetify import VuetifyTemplate
from ipywidgets import Layout

from adplanning.core.errors import AdplanningError

log = logging.getLogger(__name__)
FILES = Path(__file__).parent / "vue"
MAX_MESSAGE = 2000


class Component(VuetifyTemplate):
    """A widget whose look is `vue/<vue>.vue` and whose `vue_…` methods are what a browser may call.

    Every message is a remote call with a visitor's values: only the `vue_…` methods are reached (ipyvue's base class
    would call any method and make any object), each checks what it is given, and no fault leaves the kernel as a
    traceback. Python never reads a synchronised trait back: the browser may have set it.
    """

    vue = ""

    def __init__(self, *, notify: Callable[[str], None] | None = None, **traits: Any) -> None:
        self._notify = notify
        # Answers are numbered, because the same one twice is still an answer that the browser waits for.
        self._numbers = count(1)
        self._own_layout = Layout()
        super().__init__(template=get_template(str(FILES / f"{self.vue}.vue")), layout=self._own_layout, **traits)

    def close(self) -> None:
        """Leave the page, and with it the model of its layout, which ipywidgets would keep."""
        self._own_layout.close()
        super().close()

    @property
    def closed(self) -> bool:
        """Whether the page that it stood on has been left."""
        return self.comm is None

    def _handle_event(self, _: Any, content: Any, buffers: Any) -> None:
        name = content.get("event") if isinstance(content, dict) else None
        # From the class: the trait `events` is synchronised, too.
        act = getattr(type(self), f"vue_{name}", None) if isinstance(name, str) else None
        if not callable(act) or buffers:
            log.warning("a message to %s that it does not take was ignored", type(self).__name__)
            return
        data = content.get("data")
        self.guarded(lambda: act(self, data if isinstance(data, dict) else {}))

    def guarded(self, act: Callable[[], None]) -> None:
        """Act, and tell the visitor in a sentence when it cannot be done."""
        try:
            act()
        except Exception as fault:  # noqa: BLE001 - whatever it is, the page lives on
            self.failed(sentence_of(fault))

    def failed(self, words: str) -> None:
        """Show what went wrong."""
        if self._notify:
            self._notify(words)


def sentence_of(fault: Exception) -> str:
    """What a visitor is told of a fault: its own sentence, or a reference under which the log has the traceback."""
    if isinstance(fault, AdplanningError):
        return fault.message[:MAX_MESSAGE]
    reference = secrets.token_hex(4)
    log.error("unexpected fault on a page, reference %s", reference, exc_info=fault)
    return f"Something went wrong here and nothing was saved. Tell whoever runs this server the reference {reference}."
