"""How far something long has come, and how it ended, at the top of the page that it was started on."""

from __future__ import annotations

from traitlets import Bool, Float, Unicode

from adplanning.ui.component import Component


class Progress(Component):
    """A bar with words while it goes on, then a sentence with a link; nothing at all before it begins."""

    vue = "progress"

    title = Unicode("").tag(sync=True)
    words = Unicode("").tag(sync=True)
    goes_on = Bool(False).tag(sync=True)
    share = Float(0.0).tag(sync=True)
    kind = Unicode("good").tag(sync=True)
    href = Unicode("").tag(sync=True)
    link = Unicode("").tag(sync=True)

    def tell(self, title: str, words: str, share: float) -> None:
        """Say what is being done, and which part of it has been (0–1)."""
        with self.hold_sync():
            self.title, self.words, self.share, self.goes_on = title, words, share, True
            self.href = self.link = ""

    def end(self, title: str, words: str, kind: str, *, href: str, link: str) -> None:
        """Say how it ended; `kind` is bad, warning or good, and the link leads to what is known of it."""
        with self.hold_sync():
            self.title, self.words, self.kind, self.goes_on = title, words, kind, False
            self.href, self.link = href, link
