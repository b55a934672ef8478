"""What an experiment's variants can be taken from: the campaigns, ad sets and pages that there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from adplanning.core.vocabulary import ExperimentSource
from adplanning.store.tables.ads import AdSet, Campaign
from adplanning.store.tables.attribution import Touchpoint

# Beyond this a list is no help; what is not among them can be given by the API.
MAX_OFFERED: Final = 1000
N_VISITS: Final = 5000
N_PAGES: Final = 100

Options = Mapping[str, str]


def source_options(session: Session) -> Mapping[ExperimentSource, Options]:
    """What is offered of each kind, by id: the newest campaigns and ad sets, and where visits began lately."""
    campaigns = session.execute(
        select(Campaign.id, Campaign.name).order_by(Campaign.created_at.desc(), Campaign.id).limit(MAX_OFFERED)
    )
    ad_sets = session.execute(
        select(AdSet.id, AdSet.name, Campaign.name)
        .join(Campaign, Campaign.id == AdSet.campaign_id)
        .order_by(AdSet.created_at.desc(), AdSet.id)
        .limit(MAX_OFFERED)
    )
    visits = session.scalars(
        select(Touchpoint.entry_page)
        .where(Touchpoint.is_bot.is_(False), Touchpoint.entry_page.is_not(None))
        .order_by(Touchpoint.session_started_at.desc())
        .limit(N_VISITS)
    )
    paths = Counter(path for page in visits if page and (path := path_of(page)))
    return {
        ExperimentSource.campaigns: {row.id: row.name for row in campaigns},
        ExperimentSource.ad_sets: {key: f"{name} ({campaign})" for key, name, campaign in ad_sets},
        ExperimentSource.landing_pages: {path: path for path, _ in paths.most_common(N_PAGES)},
    }


def source_names(session: Session, source: str, ids: list[str]) -> Mapping[str, str]:
    """What the campaigns or ad sets of these ids are called; pages go by their paths."""
    tables: Mapping[str, type[Campaign | AdSet]] = {
        ExperimentSource.campaigns: Campaign,
        ExperimentSource.ad_sets: AdSet,
    }
    table = tables.get(source)
    if table is None:
        return {}
    return {row.id: row.name for row in session.execute(select(table.id, table.name).where(table.id.in_(ids)))}


def path_of(page: str) -> str | None:
    """The path of a page's address; None of what is none.

    >>> path_of("https://shop.example/spring?utm_source=ig"), path_of("/sale"), path_of("https://[")
    ('/spring', '/sale', None)
    """
    try:
        path = urlsplit(page).path
    except ValueError:
        return None
    return path if path.startswith("/") else None
