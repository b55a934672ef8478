"""Parts of a page that fill one after the other."""

from __future__ import annotations

from adplanning.ui.kpis import Kpis
from adplanning.ui.sections import Section, Sections


def test_a_section_waits_shows_its_widgets_or_says_why_not() -> None:
    section = Section("Customer Funnel", [Kpis()])
    assert section.state == "waiting"
    section.show("/app/ad-planning/journeys", "Customer journeys", words="Of all.")
    assert (section.state, section.words) == ("shown", "Of all.")
    assert section.link == {"href": "/app/ad-planning/journeys", "title": "Customer journeys"}
    section.explain("Nobody came.")
    assert (section.state, section.words, section.link) == ("empty", "Nobody came.", {"href": "", "title": ""})
    section.wait()
    assert section.state == "waiting"


def test_what_stands_in_sections_leaves_with_them() -> None:
    inside = [Kpis(), Kpis()]
    parts = [Section("A", inside[:1]), Section("B", inside[1:])]
    sections = Sections([(parts[0], True), (parts[1], False)])
    assert (sections.items, sections.wide) == (parts, [True, False])
    sections.close()
    assert all(widget.closed for widget in (sections, *parts, *inside))
