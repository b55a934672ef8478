"""What is missing between the shop and Meta, in sentences that say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adplanning.core.vocabulary import Stream, StreamStatus

LATE = timedelta(days=2)
# Meta hands leads out for 90 days; a week without them is time to act.
LEADS_LATE = timedelta(days=7)
STREAM_WORDS = {
    Stream.token: "access token",
    Stream.accounts: "accounts and pages",
    Stream.campaigns: "campaigns",
    Stream.ad_sets: "ad sets",
    Stream.ads: "ads",
    Stream.campaign_insights: "figures of campaigns",
    Stream.ad_insights: "figures of ads",
    Stream.lead_forms: "lead forms",
    Stream.leads: "leads",
    Stream.posts: "posts",
}


@dataclass(frozen=True)
class StreamState:
    """How one stream of one account or page stands; `owner` is what the account or page is called."""

    owner: str
    stream: Stream
    status: StreamStatus
    message: str | None
    n_quarantined: int
    started_at: datetime
    succeeded_at: datetime | None


def missing(states: Sequence[StreamState], *, has_token: bool, now: datetime) -> list[str]:
    """What keeps the figures from being whole, the most pressing first; nothing when all is well.

    >>> missing([], has_token=False, now=datetime(2026, 11, 24))
    ['No access token is set, so nothing is read from Meta. Set ADPLANNING_META_ACCESS_TOKEN and restart, or import an \
export of Ads Manager.']
    """
    if not has_token:
        return [
            "No access token is set, so nothing is read from Meta. Set ADPLANNING_META_ACCESS_TOKEN and restart, or "
            "import an export of Ads Manager."
        ]
    if not states:
        return ["Nothing was read from Meta yet. Start a sync here, or let the nightly notebook sync_meta_ads do it."]
    by_urgency = sorted(states, key=lambda state: state.stream is not Stream.token)
    return [sentence for state in by_urgency if (sentence := _lack(state, now)) is not None]


def _lack(state: StreamState, now: datetime) -> str | None:
    words = STREAM_WORDS[state.stream]
    what = f"{words[0].upper()}{words[1:]} of {state.owner}"
    if state.status in (StreamStatus.failed, StreamStatus.throttled):
        return f"{what}: {state.message or 'could not be read'}{_leads_at_risk(state, now)}"
    if state.status is StreamStatus.partial:
        return f"{what}: {state.message or f'{state.n_quarantined} rows could not be read and are in quarantine'}"
    since = now - (state.succeeded_at or state.started_at)
    if since > (LEADS_LATE if state.stream is Stream.leads else LATE) and state.stream is not Stream.token:
        return f"{what}: last read whole {since.days} days ago. Run sync_meta_ads every night."
    return None


def _leads_at_risk(state: StreamState, now: datetime) -> str:
    since = now - (state.succeeded_at or state.started_at)
    if state.stream is not Stream.leads or since <= LEADS_LATE:
        return ""
    return f" Meta keeps a lead for 90 days only, and they were last read whole {since.days} days ago."
