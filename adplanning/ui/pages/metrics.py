"""Metrics: the headline numbers of all modules for some days, each leading to the page that explains it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from adplanning.ui.component import Component, sentence_of
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.chosen_days import Days
from adplanning.ui.pages.metric_channels import lead_pipeline, meta_ads, social_content
from adplanning.ui.pages.metric_customers import customer_funnel, customer_scores, customer_segments
from adplanning.ui.pages.metric_headlines import LABELS, headlines
from adplanning.ui.pages.metric_results import campaign_attribution, conversions_breakdown, experiments
from adplanning.ui.pages.metric_words import Part
from adplanning.ui.pages.period_picker import PeriodPicker
from adplanning.ui.sections import Sections
from adplanning.ui.visit import Visit

PARTS: Final[Sequence[Callable[[Visit], Part]]] = (
    meta_ads,
    social_content,
    lead_pipeline,
    conversions_breakdown,
    customer_funnel,
    experiments,
    customer_scores,
    customer_segments,
    campaign_attribution,
)
"""The sections in their order on the page."""
SLOW: Final = (customer_funnel, campaign_attribution)
"""Those that go over all events: they are computed last."""


def metrics_page(visit: Visit) -> Sequence[Component]:
    """The numbers as a page of its own."""
    return metric_view(visit)


def metric_view(visit: Visit, *, beside: Mapping[str, str] | None = None) -> Sequence[Component]:
    """The period and all sections; they fill one after the other, and anew when other days are chosen.

    Parameters
    ----------
    beside : what else stands in the page's address.
    """

    def draw() -> None:
        asked = picker.days

        def is_asked() -> bool:
            return not sections.closed and picker.days == asked

        try:
            cards, caption = headlines(visit, asked)
        except Exception as fault:  # noqa: BLE001 - told in their place; the sections below go on
            cards, caption, kpis.n_waiting = [], "", 0
            notices.show([Notice(sentence_of(fault), "bad")])
        if not is_asked():
            return
        kpis.show(cards, caption)
        for part in in_turn:
            put = _read(part, asked)
            if not is_asked():
                return
            put()

    def turn() -> None:
        visit.frame.keep({**(beside or {}), **picker.state})
        notices.show([])
        for part in in_turn:
            part.section.wait()
        kpis.n_waiting = len(LABELS)
        kpis.show([])
        visit.frame.later(draw)

    parts = {make: make(visit) for make in PARTS}
    in_turn = [parts[make] for make in sorted(PARTS, key=lambda make: make in SLOW)]
    picker = PeriodPicker(visit, changed=turn)
    notices, kpis = Notices(), Kpis(n_waiting=len(LABELS))
    sections = Sections([(part.section, part.wide) for part in parts.values()])
    visit.frame.later(draw)
    return [picker, notices, kpis, sections]


def _read(part: Part, asked: Days) -> Callable[[], None]:
    """What puts a part's numbers on the page, or says why there are none."""
    try:
        return part.read(asked)
    except Exception as fault:  # noqa: BLE001 - told in its place; the other sections go on
        words = sentence_of(fault)
        return lambda: part.section.explain(words)
