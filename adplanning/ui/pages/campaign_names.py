"""Campaign names: which campaign the name in a link means, as people say and as it is proposed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from adplanning.attribution import alias_service, resolution_service
from adplanning.attribution.alias_service import AliasRow
from adplanning.attribution.resolution_service import Candidate, Proposal
from adplanning.core import formats
from adplanning.core.vocabulary import AliasDecision
from adplanning.store import facts
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.component import Component
from adplanning.ui.form import Field, Form
from adplanning.ui.pages.campaign_decisions import Decisions
from adplanning.ui.table import Column, Filter, Query, Row, Table
from adplanning.ui.visit import Visit

DECISIONS = {decision.value: badges.ALIAS_DECISIONS[decision].words for decision in AliasDecision}


def campaign_names(visit: Visit) -> Sequence[Component]:
    """The names that wait for their campaign, and below what is known of names."""
    decisions = Decisions(visit, _campaigns(visit))

    def fetch_waiting(query: Query) -> tuple[Sequence[Row], int]:
        found, total = resolution_service.proposals(
            visit.engine, limit=query.limit, offset=query.offset, search=query.search, **decisions.sure
        )
        decisions.waiting.update({one.name_key: one for one in found})
        return [_waiting_row(visit, one) for one in found], total

    def fetch_known(query: Query) -> tuple[Sequence[Row], int]:
        decision = query.filters.get("decision")
        with visit.reading() as session:
            found, total = alias_service.list_aliases(
                session,
                limit=query.limit,
                offset=query.offset,
                decision=None if decision is None else AliasDecision(decision),
                search=query.search,
            )
            decisions.known.update({_id(one): one for one in found})
            return [_known_row(visit, one) for one in found], total

    def then_tell(decide: Callable[[str], str]) -> Callable[[str], None]:
        def act(key: str) -> None:
            visit.require_writer()
            visit.frame.toast(decide(key))
            queue.refresh()
            known.refresh()

        return act

    def choose(key: str) -> None:
        visit.require_writer()
        form.ask(title=f"Which campaign does “{decisions.choose(key)}” mean?")

    form = Form(
        visit,
        title="Which campaign does it mean?",
        button="Count it for this campaign",
        fields=[
            Field(
                "campaign_id",
                "Campaign",
                "choice",
                required=True,
                options=decisions.campaigns,
                help="All sessions with this name count for it, those to come too; spelling and case do not matter.",
            )
        ],
        check=lambda values: decisions.checked(str(values.get("campaign_id", ""))),
        submit=lambda values: then_tell(decisions.means)(str(values.get("campaign_id", ""))),
    )
    queue = Table(
        visit,
        label="Names that wait for their campaign",
        title="Names that wait for their campaign",
        columns=[
            Column(
                "utm_campaign", "UTM campaign", on_phone=True, help="Its most frequent spelling; most sessions first"
            ),
            Column("sessions", "Sessions", numeric=True, on_phone=True),
            Column("first_seen_at", "First seen"),
            Column("last_seen_at", "Last seen"),
            Column("reason", "Why it waits"),
            Column("candidate", "Likest campaign", help="100% is the same name"),
        ],
        searchable="Search names",
        sort="sessions",
        fetch=fetch_waiting,
        export_name="names-without-campaign",
        actions=[
            Action("accept", "Accept the likest campaign", "mdi-check", then_tell(decisions.accept)),
            Action("refuse", "Refuse the likest campaign", "mdi-close", then_tell(decisions.refuse)),
            Action("choose", "Choose a campaign", "mdi-format-list-bulleted", choose),
        ]
        if visit.may_write
        else [],
        empty="No name waits: the campaign of every UTM campaign is known.",
        prefix="waiting_",
        beside=lambda: known.state,
    )
    known = Table(
        visit,
        label="What is known of names",
        title="What is known of names",
        columns=[
            Column("name", "Name", on_phone=True, help="As it stood in the link"),
            Column("decision", "Decision"),
            Column("campaign", "Campaign", on_phone=True),
            Column("decided_by", "By"),
            Column("decided_at", "When", help="The latest first"),
        ],
        filters=[Filter("decision", "Decision", DECISIONS)],
        searchable="Search names and campaigns",
        sort="decided_at",
        fetch=fetch_known,
        export_name="campaign-names",
        actions=[Action("remove", "Forget this", "mdi-delete-outline", then_tell(decisions.forget))]
        if visit.may_write
        else [],
        empty="Nothing was said of a name yet. Accept a proposal above, or choose the campaign that a name means.",
        prefix="known_",
        beside=lambda: queue.state,
    )
    return [queue, known, *([form] if visit.may_write else [])]


def _campaigns(visit: Visit) -> Mapping[str, str]:
    """All campaigns by name; of two with one name, each with its id."""
    rows = facts.scan(visit.engine, "campaigns", ["id", "name"]).collect().sort("name", "id")
    shared = rows["name"].is_duplicated()
    return {
        row["id"]: f"{row['name']} ({row['id']})" if twice else row["name"]
        for row, twice in zip(rows.to_dicts(), shared, strict=True)
    }


def _id(row: AliasRow) -> str:
    return f"{row.alias.campaign_id} {row.alias.name_key}"


def _waiting_row(visit: Visit, one: Proposal) -> Row:
    zone = visit.settings.zone
    best = one.candidates[0] if one.candidates else None
    spellings = f"{one.n_spellings} spellings of one name" if one.n_spellings > 1 else ""
    return Row(
        one.name_key,
        one.utm_campaign,
        f"{address_of('ad-planning/attribution')}?is_resolved=false&search={quote(one.utm_campaign)}",
        {
            "utm_campaign": text(one.utm_campaign, hint=spellings or one.utm_campaign),
            "sessions": text(formats.number(one.n_sessions, currency=visit.settings.currency)),
            "first_seen_at": text(formats.day(one.first_seen_at, zone), hint=formats.moment(one.first_seen_at, zone)),
            "last_seen_at": text(formats.day(one.last_seen_at, zone), hint=formats.moment(one.last_seen_at, zone)),
            "reason": text(one.reason, hint=one.reason),
            "candidate": _candidate(best),
        },
        {
            "utm_campaign": one.utm_campaign,
            "spellings": one.n_spellings,
            "sessions": one.n_sessions,
            "first_seen_at": one.first_seen_at.isoformat(),
            "last_seen_at": one.last_seen_at.isoformat(),
            "reason": one.reason,
            "likest_campaign_id": None if best is None else best.campaign_id,
            "likest_campaign": None if best is None else best.name,
            "likeness": None if best is None else best.likeness,
            "why_not": None if best is None else best.why_not,
        },
        actions=None if best else ["choose"],
    )


def _candidate(best: Candidate | None) -> Cell:
    if best is None:
        return text(None)
    why_not = f": {best.why_not}" if best.why_not else ""
    return text(f"{formats.percent(best.likeness, 0)} {best.name}", hint=f"{best.name}{why_not}")


def _known_row(visit: Visit, row: AliasRow) -> Row:
    alias = row.alias
    decision = AliasDecision(alias.decision)
    return Row(
        _id(row),
        alias.name,
        "",
        {
            "name": text(alias.name, hint=alias.name),
            "decision": badges.ALIAS_DECISIONS[decision].cell(),
            "campaign": text(row.campaign_name, hint=row.campaign_name),
            "decided_by": text(alias.decided_by),
            "decided_at": text(formats.moment(alias.decided_at, visit.settings.zone)),
        },
        {
            "name": alias.name,
            "decision": alias.decision,
            "campaign_id": alias.campaign_id,
            "campaign": row.campaign_name,
            "decided_by": alias.decided_by,
            "decided_at": alias.decided_at.isoformat(),
        },
        # A former name is a fact of the campaign, not an answer that somebody gave.
        actions=[] if decision is AliasDecision.former_name else None,
    )
