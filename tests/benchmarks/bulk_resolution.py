"""How fast touchpoints find their campaigns in bulk, beside a plain loop of rapidfuzz over the distinct tags.

Run by hand: python tests/benchmarks/bulk_resolution.py [sessions, default 1000000] [campaigns, default 2000]

Of the sessions, 60 % name their campaign in one of several spellings, 10 % carry its id in the address, 5 % an ad's id,
5 % a macro, 10 % a misspelt name (nearly all distinct) and 10 % another year or quarter, or a name that is nobody's.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from rapidfuzz import fuzz, process
from sqlalchemy import Engine, select

from adplanning.attribution.resolution_service import campaign_links, store_links
from adplanning.core.ids import new_ids
from adplanning.core.names import name_key
from adplanning.store.session import reading, write_transaction
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LOOP_SAMPLE = 300
THINGS = "quilts bedsheets towels curtains cushions rugs napkins aprons dohars razais throws runners".split()  # noqa: SIM905
LOOKS = "cotton linen velvet indigo block printed striped handwoven jaipur organic festive wedding".split()  # noqa: SIM905
AUDIENCES = "prospecting retargeting lookalike broad women men new returning".split()  # noqa: SIM905
PLACES = "us uk in ae au ca emea apac".split()  # noqa: SIM905


def main() -> None:
    """Print a line a run; each runs in its own process, so that its peak of memory is its own."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    n_campaigns = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    if len(sys.argv) > 3:
        _run(n, n_campaigns)
        return
    for rows in (n // 10, n):
        subprocess.run([sys.executable, __file__, str(rows), str(n_campaigns), "run"], check=True)


def _run(n: int, n_campaigns: int) -> None:
    rng = random.Random(7)
    names = _campaign_names(rng, n_campaigns)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{folder}/store.db")
        _advertise(engine, names)
        for start in range(0, n, 100_000):
            _visit(engine, names, rng, min(100_000, n - start), start)
        before = _peak_mb()
        start_at, cpu = time.perf_counter(), time.process_time()
        found = campaign_links(engine, cutoff=0.88, margin=0.05, now=NOW)
        computed = time.perf_counter() - start_at
        n_linked, longest = 0, 0.0
        for part in found.parts():
            began = time.perf_counter()
            with write_transaction(engine) as connection:
                n_linked += store_links(connection, part)
            longest = max(longest, time.perf_counter() - began)
        seconds, cpu_seconds = time.perf_counter() - start_at, time.process_time() - cpu
        size = Path(folder, "store.db").stat().st_size / 2**20
        print(
            f"{n:>9,} sessions, {n_campaigns:,} campaigns: {seconds:6.2f} s ({computed:.2f} s found, "
            f"{seconds - computed:.2f} s written, at most {longest:.2f} s in one transaction; "
            f"processor {cpu_seconds:.2f} s) {n / seconds:>9,.0f} rows/s, "
            f"peak {_peak_mb():,.0f} MB (before {before:,.0f}), file {size:,.0f} MB"
        )
        print(f"          {n_linked:,} linked: {found.by_method}; left: {found.by_reason}")
        again = time.perf_counter()
        assert sum(part.height for part in campaign_links(engine, cutoff=0.88, margin=0.05, now=NOW).parts()) == 0
        print(f"          a second run, which changes nothing: {time.perf_counter() - again:.2f} s")
        _plain_loop(engine, names)
        engine.dispose()


def _plain_loop(engine: Engine, names: list[str]) -> None:
    """What one would write instead: for each distinct tag the likest name, without refusing anything."""
    column = TABLES["touchpoints"].c.utm_campaign
    with reading(engine) as session:
        tags = list(session.scalars(select(column).where(column.is_not(None)).distinct().order_by(column)))
    keys = [name_key(name) for name in names]
    sample = random.Random(1).sample(tags, min(LOOP_SAMPLE, len(tags)))
    start = time.perf_counter()
    likest = [process.extractOne(name_key(tag), keys, scorer=fuzz.ratio, score_cutoff=88) for tag in sample]
    seconds = time.perf_counter() - start
    other_number = sum(
        [c for c in name_key(tag) if c.isdigit()] != [c for c in found[0] if c.isdigit()]
        for tag, found in zip(sample, likest, strict=True)
        if found
    )
    print(
        f"          extractOne in a loop: {seconds * len(tags) / len(sample):,.1f} s for {len(tags):,} distinct tags "
        f"(from {len(sample)}), without reading or writing; "
        f"{other_number} of {sum(map(bool, likest))} matches have another number"
    )


def _campaign_names(rng: random.Random, n: int) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < n:
        year, quarter = rng.choice((2024, 2025, 2026)), rng.randint(1, 4)
        words = [rng.choice(LOOKS), rng.choice(THINGS), rng.choice(AUDIENCES), rng.choice(PLACES)]
        made[" ".join([*(word.title() for word in words), f"Q{quarter}", str(year)])] = None
    return list(made)


def _advertise(engine: Engine, names: list[str]) -> None:
    times = {"created_at": NOW}
    with write_transaction(engine) as connection:
        connection.execute(
            TABLES["ad_accounts"]
            .insert()
            .values(
                id="acc", platform="meta", platform_account_id="1", name="Shop", currency="INR", timezone="UTC", **times
            )
        )
        numbers = range(len(names))
        campaigns = pl.DataFrame(
            {
                "id": [f"camp_{n}" for n in numbers],
                "name": names,
                "name_key": [name_key(name) for name in names],
                "platform_campaign_id": [str(120_254_000_000_000 + n) for n in numbers],
            }
        )
        insert_frame(
            connection,
            TABLES["campaigns"],
            campaigns.with_columns(
                ad_account_id=pl.lit("acc"), status=pl.lit("ACTIVE"), created_at=pl.lit(NOW), updated_at=pl.lit(NOW)
            ),
        )
        sets = pl.DataFrame(
            [
                (f"set_{n}_{k}", f"camp_{n}", str(230_000_000_000 + 3 * n + k), f"Set {k}")
                for n in numbers
                for k in range(3)
            ],
            schema=["id", "campaign_id", "platform_ad_set_id", "name"],
            orient="row",
        )
        insert_frame(connection, TABLES["ad_sets"], sets.with_columns(created_at=pl.lit(NOW)))
        ads = pl.DataFrame(
            [
                (f"ad_{n}_{k}_{a}", f"set_{n}_{k}", str(340_000_000_000 + 9 * n + 3 * k + a), f"Creative {a}")
                for n in numbers
                for k in range(3)
                for a in range(3)
            ],
            schema=["id", "ad_set_id", "platform_ad_id", "name"],
            orient="row",
        )
        insert_frame(connection, TABLES["ads"], ads.with_columns(created_at=pl.lit(NOW)))


def _visit(engine: Engine, names: list[str], rng: random.Random, n: int, start: int) -> None:
    rows = [_tags(names, rng, start + number) for number in range(n)]
    frame = pl.DataFrame(
        rows, schema=dict.fromkeys(("utm_campaign", "utm_term", "utm_content", "entry_page"), pl.String), orient="row"
    ).with_columns(
        id=pl.Series(new_ids("attr", n)),
        analytics_session_id=pl.format("session_{}", pl.int_range(start, start + n)),
        visitor_id=pl.format("visitor_{}", pl.int_range(start, start + n) // 3),
        platform=pl.lit("meta"),
        utm_source=pl.lit("facebook"),
        is_resolved=pl.lit(value=False),
        resolution_method=pl.lit("unresolved"),
        session_pageviews=pl.lit(2),
        is_bot=pl.lit(value=False),
        session_started_at=pl.lit(NOW) - pl.duration(seconds=pl.int_range(start, start + n)),
        attributed_at=pl.lit(NOW),
        kind=pl.lit("session"),
        is_internal=pl.lit(value=False),
    )
    with write_transaction(engine) as connection:
        insert_frame(connection, TABLES["touchpoints"], frame)


def _tags(names: list[str], rng: random.Random, number: int) -> tuple[str, str, str, str]:
    which = min(int(rng.paretovariate(0.6)), len(names)) - 1
    name, kind = names[which], rng.random()
    page = f"https://shop.example/products/{name.split()[1].lower()}?fbclid=IwAR{number:012}"
    plain = name.lower().replace(" ", "_")
    term, content = f"set {rng.randrange(4)}", f"creative_{rng.randrange(4)}"
    if kind < 0.6:
        plain = rng.choice((plain, plain, plain.upper(), name, name.replace(" ", "%20"), name.replace(" ", "+")))
    elif kind < 0.7:
        plain, page = "{{campaign.name}}", f"{page}&utm_id={120_254_000_000_000 + which}"
    elif kind < 0.75:
        plain, page = "always on", f"{page}&ad_id={340_000_000_000 + 9 * which + rng.randrange(9)}"
    elif kind < 0.8:
        plain, term, content = "{{campaign.name}}", "{{adset.name}}", "{{ad.name}}"
    elif kind < 0.9:
        plain = _misspelt(plain, rng)
    elif kind < 0.95:
        plain = plain[:-4] + str(rng.randrange(2015, 2024))
    else:
        plain = f"letter_{rng.randrange(5_000)}_{rng.choice(THINGS)}"
    return plain, term, content, page


def _misspelt(plain: str, rng: random.Random) -> str:
    for _ in range(rng.choice((1, 1, 2))):
        at = rng.randrange(len(plain.rsplit("_", 2)[0]))
        plain = rng.choice(
            (
                plain[:at] + plain[at + 1 :],
                plain[:at] + plain[at] + plain[at:],
                plain[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + plain[at + 1 :],
                plain[:at] + plain[at + 1 : at + 2] + plain[at : at + 1] + plain[at + 2 :],
            )
        )
    return plain


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
