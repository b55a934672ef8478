"""What people decide about a campaign's name on its page; each decision answers the sentence that tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adplanning.attribution import alias_service
from adplanning.attribution.alias_service import AliasRow
from adplanning.attribution.resolution_service import Candidate, Proposal
from adplanning.core import formats
from adplanning.core.errors import InvalidData, NotFound
from adplanning.ui.visit import Visit

Shown = TypeVar("Shown", Proposal, AliasRow)


@dataclass
class Decisions:
    """Decisions of one visitor about what the page has shown them: ids that a browser sends are looked up here.

    Every method but `choose` raises Forbidden for a viewer, and NotFound for what was not shown.
    """

    visit: Visit
    campaigns: Mapping[str, str]
    waiting: dict[str, Proposal] = field(default_factory=dict)
    known: dict[str, AliasRow] = field(default_factory=dict)
    chosen_for: Proposal | None = None

    @property
    def sure(self) -> Mapping[str, Any]:
        """When a likeness is sure enough."""
        return {"cutoff": self.visit.settings.match_cutoff, "margin": self.visit.settings.match_margin}

    def accept(self, key: str) -> str:
        """The name means the likest campaign."""
        asked = _shown(self.waiting, key)
        best = _best(asked)
        return self._means(asked, best.campaign_id, best.name)

    def refuse(self, key: str) -> str:
        """The name does not mean the likest campaign."""
        asked = _shown(self.waiting, key)
        best = _best(asked)
        with self.visit.writing() as session:
            decided = alias_service.refuse_candidate(
                session.connection(),
                asked.utm_campaign,
                best.campaign_id,
                by=self.visit.name,
                now=self.visit.now(),
                **self.sure,
            )
        elsewhere = f" {self._count(decided.n_linked)} of it now count elsewhere." if decided.n_linked else ""
        return f"“{asked.utm_campaign}” is not proposed for {best.name} any more.{elsewhere}"

    def choose(self, key: str) -> str:
        """The next `means` is about this name; answers its spelling."""
        self.chosen_for = _shown(self.waiting, key)
        return self.chosen_for.utm_campaign

    def means(self, campaign_id: str) -> str:
        """The name that was chosen for means this campaign."""
        if self.chosen_for is None:
            raise InvalidData("Press “Choose a campaign” beside a name first.")
        return self._means(self.chosen_for, self.checked(campaign_id), self.campaigns[campaign_id])

    def checked(self, campaign_id: str) -> str:
        """Refuse what is no campaign.

        Raises
        ------
        InvalidData : at `campaign_id`.
        """
        if campaign_id not in self.campaigns:
            raise InvalidData.at("campaign_id", "choose a campaign from the list")
        return campaign_id

    def forget(self, alias_id: str) -> str:
        """Forget one thing that was said."""
        row = _shown(self.known, alias_id)
        with self.visit.writing() as session:
            decided = alias_service.remove_alias(
                session.connection(), row.alias.name_key, campaign_id=row.alias.campaign_id, **self.sure
            )
        found = f"{self._count(decided.n_linked)} of it found a campaign without." if decided.n_linked else "It waits."
        return f"What was said of “{row.alias.name}” and {row.campaign_name} is forgotten. {found}"

    def _means(self, asked: Proposal, campaign_id: str, name: str) -> str:
        with self.visit.writing() as session:
            decided = alias_service.accept_alias(
                session.connection(),
                asked.utm_campaign,
                campaign_id,
                by=self.visit.name,
                now=self.visit.now(),
                **self.sure,
            )
        verb = "counts" if decided.n_linked == 1 else "count"
        return f"{self._count(decided.n_linked)} of “{asked.utm_campaign}” now {verb} for {name}."

    def _count(self, n: int) -> str:
        return f"{formats.number(n, currency=self.visit.settings.currency)} session{'' if n == 1 else 's'}"


def _shown(known: Mapping[str, Shown], key: str) -> Shown:
    if key not in known:
        raise NotFound("this row is not there any more; reload the page")
    return known[key]


def _best(asked: Proposal) -> Candidate:
    if not asked.candidates:
        raise InvalidData(f"No campaign is called like “{asked.utm_campaign}”; choose one by hand.")
    return asked.candidates[0]
