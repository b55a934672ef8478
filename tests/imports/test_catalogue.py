"""Every kind of file, on both databases."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, func, select

from adplanning.imports.catalogue import IMPORTS
from adplanning.imports.importing import import_file
from adplanning.store.session import reading
from adplanning.store.tables.catalogue import TABLES
from tests.imports.conftest import NOW, SETTINGS

FILES = {
    "people": ["email,tags,date_of_birth,attributes.x", "a@b.co,vip;new,1990-01-01,y"],
    "orders": ["order_id,email,total,placed_at,city", "1,A@b.co,5,2026-01-01,Pune", "2,c@d.co,-5,2026-01-01,"],
    "events": [
        "visitor_id,occurred_at,event_type,session_id,utm_source,order_id,value,email,website_id",
        "v,2026-01-01T10:00Z,page_view,s,fb,,,,w",
        "v,2026-01-01T11:00Z,add_to_cart,s,,,5,,",
        "v,2026-01-01T12:00Z,purchase,s,,1,5,,",
        "v,2026-01-01T13:00Z,purchase,s,,3,7,a@b.co,",
    ],
    "spend": ["date,campaign,ad,spend,impressions", "2026-01-01,c,a,1.005,10", "2026-01-01,c,a,1,5"],
    "meta-export": ["Campaign name,Day,Amount spent (USD)", "c,2026-01-01,3"],
    "google-export": ["Report", "1 Jan 2026 - 31 Jan 2026", "Campaign,Cost,Currency code", "c,3,USD"],
    "leads": ["id,created_time,email", "l:1,2026-01-01T10:00Z,e@f.co"],
    "rates": ["on,currency,rate", "2026-01-01,USD,84"],
    "segment-members": ["segment,email", "no segment yet,a@b.co"],
    "experiment-observations": ["experiment,variant,subject,value", "no experiment yet,control,v,5"],
}
# After the first import of each, and after a second one of a file with one row more.
EXPECTED = {
    "persons": 3,
    "visitors": 4,
    "conversions": 5,
    "journey_events": 5,
    "touchpoints": 2,
    "daily_spend": 2,
    "period_spend": 1,
    "ad_accounts": 3,
    "currency_rates": 1,
    "rejected_rows": 4,
}


def test_every_kind_is_taken_in_alike_and_an_overlapping_file_adds_its_new_rows_only(
    any_engine: Engine, tmp_path: Path
) -> None:
    def take(kind: str, lines: list[str]) -> tuple[int, int, int]:
        path = tmp_path / f"{kind}.csv"
        path.write_text("\n".join(lines) + "\n")
        summary = import_file(any_engine, kind, path, settings=SETTINGS, now=NOW)
        return summary.stored, summary.duplicates, summary.rejected

    assert list(FILES) == sorted(IMPORTS, key=list(FILES).index)
    assert {kind: take(kind, lines) for kind, lines in FILES.items()} == {
        "people": (1, 0, 0),
        "orders": (1, 0, 1),
        "events": (3, 1, 0),
        "spend": (2, 0, 0),
        "meta-export": (1, 0, 0),
        "google-export": (1, 0, 0),
        "leads": (1, 0, 0),
        "rates": (1, 0, 0),
        "segment-members": (0, 0, 1),
        "experiment-observations": (0, 0, 1),
    }
    assert take("orders", [*FILES["orders"], "4,c@d.co,6,2026-01-02,"]) == (1, 1, 1)
    for kind in ("people", "events", "spend", "meta-export", "leads", "rates"):
        assert take(kind, [*FILES[kind], ""]) == (0, len(FILES[kind]) - 1, 0)
    with reading(any_engine) as session:
        counts = {name: session.scalar(select(func.count()).select_from(TABLES[name])) for name in EXPECTED}
        tags, attributes = TABLES["persons"].c.tags, TABLES["persons"].c.attributes
        [person] = session.execute(select(tags, attributes).where(TABLES["persons"].c.email_key == "a@b.co"))
    assert counts == EXPECTED
    assert tuple(person) == (["vip", "new"], {"x": "y"})
