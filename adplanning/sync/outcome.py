"""How a synchronisation ended, stream by stream and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.meta_ads.connection import STREAM_WORDS
from adplanning.store.tables.syncing import SyncStream


@dataclass(frozen=True)
class StreamOutcome:
    """How one stream ended; `owner` is what its account or page is called."""

    owner: str
    stream: Stream
    status: StreamStatus
    message: str | None = None
    n_read: int = 0
    n_stored: int = 0
    n_quarantined: int = 0
    watermark_on: date | None = None

    @classmethod
    def of(cls, row: SyncStream, owners: Mapping[str, str]) -> StreamOutcome:
        """What is kept of a stream."""
        return cls(
            owners.get(row.scope, row.scope),
            Stream(row.stream),
            StreamStatus(row.status),
            row.message,
            row.n_read,
            row.n_stored,
            row.n_quarantined,
            row.watermark_on,
        )

    @property
    def in_words(self) -> str:
        """What it lacks."""
        return f"{STREAM_WORDS[self.stream]} of {self.owner}: {self.message or self.status.value}"


@dataclass(frozen=True)
class SyncOutcome:
    """How every stream ended that was to be read."""

    streams: Sequence[StreamOutcome]

    @property
    def status(self) -> StreamStatus:
        """That of all streams where it is one, else partial.

        >>> one = StreamOutcome("Shop", Stream.ads, StreamStatus.failed, "no permission")
        >>> SyncOutcome([one]).status.value, SyncOutcome([one, StreamOutcome("Shop", Stream.leads, StreamStatus.ok)]).in_words
        ('failed', '1 of 2 streams read whole, 0 rows stored; ads of Shop: no permission')
        """  # noqa: E501
        statuses = {one.status for one in self.streams}
        return statuses.pop() if len(statuses) == 1 else StreamStatus.partial

    @property
    def in_words(self) -> str:
        """What was read, and what keeps it from being whole."""
        lacking = [one.in_words for one in self.streams if one.status is not StreamStatus.ok]
        n_stored = sum(one.n_stored for one in self.streams)
        n_whole = len(self.streams) - len(lacking)
        return "; ".join([f"{n_whole} of {len(self.streams)} streams read whole, {n_stored:,} rows stored", *lacking])
