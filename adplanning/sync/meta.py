"""The whole synchronisation with Meta: the token, what it reaches, each account, then the pages' leads and posts."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from pydantic import SecretStr
from sqlalchemy import Engine

from adplanning.core.errors import Conflict, InvalidData
from adplanning.core.settings import Settings
from adplanning.core.vocabulary import Stream, StreamStatus
from adplanning.meta_ads.client import Credentials, MetaClient
from adplanning.meta_ads.connection_service import EVERYTHING, owners, sync_streams
from adplanning.meta_ads.graph_errors import NeedsReauthorisation
from adplanning.store.session import reading
from adplanning.sync.accounts import Reached, read_accounts
from adplanning.sync.ads import STREAMS, sync_account
from adplanning.sync.leads import NEW_LEADS, WantedLeads, sync_leads
from adplanning.sync.outcome import StreamOutcome, SyncOutcome
from adplanning.sync.posts import sync_posts
from adplanning.sync.streams import stream
from adplanning.sync.token import check_token, is_refused, keep_refusal

_INSIGHTS = {Stream.campaign_insights, Stream.ad_insights}
_LEADS = {Stream.lead_forms, Stream.leads}
Told = Callable[[str, float], None]


def client_of(
    settings: Settings, *, now: Callable[[], datetime], sleep: Callable[[float], None] = time.sleep
) -> MetaClient:
    """The client that the settings tell of.

    Raises
    ------
    InvalidData : no access token is set.
    """
    return MetaClient(
        Credentials(_token(settings), settings.meta_app_secret),
        base_url=settings.meta_base_url,
        version=settings.meta_api_version,
        now=now,
        sleep=sleep,
    )


def sync_meta(
    engine: Engine,
    client: MetaClient,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    told: Told,
    include_insights: bool = True,
    accounts: Collection[str] = (),
    only: Collection[Stream] = (),
    leads: WantedLeads = NEW_LEADS,
) -> SyncOutcome:
    """Read all that is due, stream by stream; what one stream lacks does not hold the others back.

    A refused token ends everything: what was committed stays, and the same token is not tried again for an hour. An
    account that another synchronisation is at is left to that one.

    Parameters
    ----------
    client : of `client_of`.
    settings : the token, and which accounts and pages; all that it reaches where none are named.
    told : takes a line about what is being done, and the share done.
    include_insights : whether the daily figures too.
    accounts : Meta's numbers of those to read instead of the settings', with or without `act_`.
    only : these streams alone; all when empty. The token and what it reaches are always read.
    leads : which leads are read, where leads are.

    Raises
    ------
    InvalidData : the form of the wanted leads is of none of the pages; all else was read.
    """
    asked = set(only or Stream) - (set() if include_insights else _INSIGHTS)
    run = _Run(engine, client, settings, now, told, asked, leads)
    if is_refused(engine, _token(settings), now()):
        return run.outcome(since=None)
    begun_at = now()
    try:
        run.everything(accounts)
    except NeedsReauthorisation as refused:
        keep_refusal(engine, _token(settings), refused, now=now)
    return run.outcome(since=begun_at)


def print_words(words: str, _: float) -> None:
    """Tell in a notebook what is being done; each line is its run's progress."""
    sys.stdout.write(f"{words}\n")


@dataclass
class _Run:
    engine: Engine
    client: MetaClient
    settings: Settings
    now: Callable[[], datetime]
    told: Told
    asked: Collection[Stream]
    leads: WantedLeads
    reached: Reached = field(default_factory=Reached)
    busy: list[StreamOutcome] = field(default_factory=list)

    def everything(self, accounts: Collection[str]) -> None:
        self.told("access token", 0)
        check_token(self.engine, self.client, _token(self.settings), now=self.now)
        self.told("accounts and pages", 0)
        wanted = frozenset(number.removeprefix("act_") for number in accounts) or self.settings.ad_accounts
        with stream(self.engine, EVERYTHING, Stream.accounts, now=self.now) as run:
            if run.is_due:
                self.reached = read_accounts(
                    self.engine,
                    self.client,
                    run,
                    wanted=wanted,
                    wanted_pages=self.settings.page_ids,
                    now=self.now,
                )
        self._accounts()
        self._pages()

    def outcome(self, *, since: datetime | None) -> SyncOutcome:
        """Of the streams that were begun since then, or are put off; of the token alone where none were."""
        scopes = {EVERYTHING, *self.reached.pages, *(account.number for account in self.reached.accounts)}
        asked = {Stream.token} if since is None else {Stream.token, Stream.accounts, *self.asked}
        with reading(self.engine) as session:
            rows = [row for row in sync_streams(session) if row.scope in scopes and Stream(row.stream) in asked]
            names = owners(session)
        told = [row for row in rows if since is None or row.started_at >= since or row.status == StreamStatus.throttled]
        return SyncOutcome([*(StreamOutcome.of(row, names) for row in told), *self.busy])

    def _accounts(self) -> None:
        chosen = [kind for kind in STREAMS if kind in self.asked]
        accounts = self.reached.accounts if chosen else []
        for n_done, account in enumerate(accounts):
            told = self._part(n_done / len(accounts), 1 / len(accounts))
            try:
                sync_account(self.engine, self.client, account, streams=chosen, now=self.now, told=told)
            except Conflict as refused:
                self.busy.append(StreamOutcome(account.name, chosen[0], StreamStatus.failed, refused.message))

    def _pages(self) -> None:
        # The token of a page may end by itself; that is told of the page, and the others were read.
        sync_wanted = partial(sync_leads, wanted=self.leads)
        for streams, sync in ((_LEADS, sync_wanted), ({Stream.posts}, sync_posts)):
            if streams & set(self.asked):
                with contextlib.suppress(NeedsReauthorisation):
                    sync(
                        self.engine,
                        self.client,
                        self.settings,
                        self.reached.pages,
                        now=self.now,
                        told=lambda words, _: self.told(words, 1),
                    )

    def _part(self, begin: float, length: float) -> Told:
        return lambda words, share: self.told(words, begin + share * length)


def _token(settings: Settings) -> SecretStr:
    if settings.meta_access_token is None:
        raise InvalidData.at(
            "ADPLANNING_META_ACCESS_TOKEN",
            "is not set, so nothing can be read from Meta; set it to the token of a system user and restart, or import "
            "an export of Ads Manager",
        )
    return settings.meta_access_token
