from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, literal, select

from adplanning.core.errors import InvalidData, StoreUnavailable
from adplanning.core.periods import Period
from adplanning.store import facts
from adplanning.store.engine import make_engine
from adplanning.store.reading_process import reading_process
from adplanning.store.session import write_transaction
from adplanning.store.tables.base import Instant
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.upgrading import open_store
from adplanning.store.writing import insert_frame

AT = datetime(2026, 11, 22, 9, 30, 0, 123457, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def add(engine: Engine, table: str, frame: pl.DataFrame) -> None:
    with write_transaction(engine) as connection:
        insert_frame(connection, TABLES[table], frame)


def visitors(ids: list[str], persons: list[str | None] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"id": ids, "person_id": persons or [None] * len(ids), "first_seen_at": [AT] * len(ids)},
        schema_overrides={"person_id": pl.String},
    )


def touchpoints(instants: list[datetime], **columns: Any) -> pl.DataFrame:
    n = len(instants)
    fixed = {
        "id": [f"t{i}" for i in range(n)],
        "analytics_session_id": [f"t{i}" for i in range(n)],
        "visitor_id": ["v"] * n,
        "platform": ["meta"] * n,
        "is_resolved": [i % 2 == 0 for i in range(n)],
        "resolution_confidence": [None if i % 3 == 0 else i / 8 for i in range(n)],
        "resolution_method": ["manual"] * n,
        "session_pageviews": list(range(n)),
        "is_bot": [False] * n,
        "metadata": ['{"a": 1}'] * n,
        "session_started_at": instants,
        "attributed_at": [AT] * n,
    }
    return pl.DataFrame(fixed | columns, schema_overrides={"resolution_confidence": pl.Float64})


ACCOUNT = pl.DataFrame(
    {
        "id": "a",
        "platform": "meta",
        "platform_account_id": "1",
        "name": "n",
        "currency": "INR",
        "timezone": "UTC",
        "created_at": [AT],
    }
)
CAMPAIGN = pl.DataFrame(
    {
        "id": "c",
        "ad_account_id": "a",
        "name": "n",
        "name_key": "n",
        "status": "ACTIVE",
        "created_at": [AT],
        "updated_at": [AT],
    }
)
SPEND = pl.DataFrame(
    {
        "object_id": "c",
        "level": "campaign",
        "campaign_id": "c",
        "spend_minor": [2**53 + 1],
        "currency": "INR",
        "n_impressions": 0,
        "n_clicks": 0,
    }
)


def ids(frame: pl.LazyFrame) -> list[str]:
    return sorted(frame.collect()["id"])


# --- What a column comes as

KINDS = {
    "id": pl.String,
    "utm_source": pl.String,
    "is_resolved": pl.Boolean,
    "resolution_confidence": pl.Float64,
    "session_pageviews": pl.Int64,
    "metadata": pl.String,
    "session_started_at": pl.Datetime("us", "UTC"),
}


def test_every_kind_of_column_comes_in_its_type_with_its_values(any_engine: Engine) -> None:
    add(any_engine, "touchpoints", touchpoints([AT, AT + MICROSECOND, AT - MICROSECOND]))
    read = facts.scan(any_engine, "touchpoints", list(KINDS)).collect().sort("id")
    assert dict(read.schema) == KINDS
    assert read.row(1) == ("t1", None, False, 0.125, 1, read["metadata"][1], AT + MICROSECOND)
    assert read["metadata"].str.json_path_match("$.a").to_list() == ["1"] * 3
    assert read["resolution_confidence"].to_list() == [None, 0.125, 0.25]


def test_days_and_money_come_in_their_types_with_their_values(any_engine: Engine) -> None:
    add(any_engine, "ad_accounts", ACCOUNT)
    add(any_engine, "campaigns", CAMPAIGN)
    add(any_engine, "daily_spend", SPEND.with_columns(on=date(2026, 2, 28), n_results=3.0))
    read = facts.scan(any_engine, "daily_spend", ["on", "spend_minor", "n_link_clicks", "n_results"]).collect()
    assert dict(read.schema) == {
        "on": pl.Date,
        "spend_minor": pl.Int64,
        "n_link_clicks": pl.Int64,
        "n_results": pl.Float64,
    }
    assert read.row(0) == (date(2026, 2, 28), 2**53 + 1, None, 3.0)


@pytest.mark.parametrize("fact", sorted(facts.TIME_OF))
def test_no_rows_have_the_same_types_as_many(any_engine: Engine, fact: str) -> None:
    columns = TABLES[fact].c
    read = facts.scan(any_engine, fact, columns.keys()).collect()
    assert read.height == 0
    assert read.columns == columns.keys()
    python_types = {
        "VARCHAR": pl.String,
        "JSON": pl.String,
        "DOUBLE": pl.Float64,
        "BOOLEAN": pl.Boolean,
        "DATE": pl.Date,
    }
    for column in columns:
        instant_or_number = pl.Datetime("us", "UTC") if isinstance(column.type, Instant) else pl.Int64
        name = "BIGINT" if isinstance(column.type, Instant) else str(column.type)
        assert read.schema[column.name] == python_types.get(name, instant_or_number), column.name


def test_days_that_are_all_unknown_are_still_days(any_engine: Engine) -> None:
    person = pl.DataFrame({"id": ["p"], "created_at": [AT], "updated_at": [AT]})
    add(any_engine, "persons", person)
    read = facts.scan(any_engine, "persons", ["id", "date_of_birth", "email"]).collect()
    assert dict(read.schema) == {"id": pl.String, "date_of_birth": pl.Date, "email": pl.String}


def test_a_text_that_first_comes_after_a_hundred_thousand_unknown_ones_is_read(any_engine: Engine) -> None:
    n = 100_001
    persons: list[str | None] = [None] * (n - 1) + ["somebody"]
    add(any_engine, "visitors", visitors([f"{i:06}" for i in range(n)], persons))
    read = facts.scan(any_engine, "visitors", ["id", "person_id"]).collect()
    assert read.height == n
    assert read.drop_nulls().rows() == [(f"{n - 1:06}", "somebody")]


def test_columns_may_be_computed_and_named(any_engine: Engine) -> None:
    add(any_engine, "touchpoints", touchpoints([AT] * 3))
    table = TABLES["touchpoints"]
    query = select(
        table.c.platform.label("where_from"),
        func.count().label("n"),
        func.sum(table.c.session_pageviews).label("pages"),
        func.avg(table.c.resolution_confidence).label("confidence"),
        func.max(table.c.session_started_at).label("latest"),
        literal(True).label("yes"),
    ).group_by(table.c.platform)
    (read,) = facts.read(any_engine, query)
    assert read.rows() == [("meta", 3, 3, 0.1875, AT, True)]
    assert read.schema["n"] == read.schema["pages"] == pl.Int64


# --- Which rows


def test_a_period_takes_its_start_and_leaves_its_end(any_engine: Engine) -> None:
    end = AT + timedelta(days=1)
    add(any_engine, "touchpoints", touchpoints([AT - MICROSECOND, AT, end - MICROSECOND, end]))
    assert ids(facts.scan(any_engine, "touchpoints", ["id"], Period(AT, end))) == ["t1", "t2"]
    assert ids(facts.scan(any_engine, "touchpoints", ["id"], Period(None, end))) == ["t0", "t1", "t2"]
    assert ids(facts.scan(any_engine, "touchpoints", ["id"], Period(AT, None))) == ["t1", "t2", "t3"]
    assert ids(facts.scan(any_engine, "touchpoints", ["id"], Period())) == ["t0", "t1", "t2", "t3"]


def test_facts_dated_by_day_are_those_of_the_days_in_the_reporting_zone(any_engine: Engine) -> None:
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    with write_transaction(any_engine) as connection:
        insert_frame(connection, TABLES["ad_accounts"], ACCOUNT)
        insert_frame(connection, TABLES["campaigns"], CAMPAIGN)
        insert_frame(connection, TABLES["daily_spend"], SPEND.join(pl.DataFrame({"on": days}), how="cross"))
    for zone in (ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Los_Angeles"), ZoneInfo("UTC")):
        november = Period.of("2026-11-01", "2026-11-30", zone)
        read = facts.scan(any_engine, "daily_spend", ["on"], november, zone=zone).collect()
        assert sorted(read["on"]) == days[1:3]
    since = facts.scan(
        any_engine, "daily_spend", ["on"], Period(datetime(2026, 11, 30, 23, tzinfo=UTC), None)
    ).collect()
    assert sorted(since["on"]) == days[2:]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(-2, 12))
def test_two_periods_that_meet_hold_every_fact_once(any_engine: Engine, cut: int) -> None:
    instants = [AT + n * MICROSECOND for n in range(10)]
    with write_transaction(any_engine) as connection:
        connection.execute(TABLES["touchpoints"].delete())
        insert_frame(connection, TABLES["touchpoints"], touchpoints(instants))
    meeting = AT + cut * MICROSECOND
    before = ids(facts.scan(any_engine, "touchpoints", ["id"], Period(None, meeting)))
    after = ids(facts.scan(any_engine, "touchpoints", ["id"], Period(meeting, None)))
    assert len(before) == min(max(cut, 0), 10)
    assert sorted(before + after) == [f"t{n}" for n in range(10)]


def test_a_condition_may_hold_any_text(any_engine: Engine) -> None:
    awkward = ["O'Hara", 'say "hi"', "100%", "a;b--c", "?", "$1", ":x", "ü🙏", "\\", "\n", ""]
    add(any_engine, "visitors", visitors([f"{n:02}" for n in range(len(awkward))], list(awkward)))
    person = TABLES["visitors"].c.person_id
    for n, name in enumerate(awkward):
        assert ids(facts.scan(any_engine, "visitors", ["id"], where=[person == name])) == [f"{n:02}"]
    assert ids(facts.scan(any_engine, "visitors", ["id"], where=[person.in_(["?", "100%"])])) == ["02", "04"]
    assert ids(facts.scan(any_engine, "visitors", ["id"], where=[person.in_([])])) == []


def test_conditions_on_every_kind_of_column_are_understood(any_engine: Engine) -> None:
    add(any_engine, "touchpoints", touchpoints([AT, AT + MICROSECOND, AT + 2 * MICROSECOND]))
    c = TABLES["touchpoints"].c
    for condition, expected in (
        (c.is_resolved == True, ["t0", "t2"]),  # noqa: E712
        (c.is_resolved.is_(False), ["t1"]),
        (c.session_started_at == AT + MICROSECOND, ["t1"]),
        (c.session_pageviews >= 1, ["t1", "t2"]),
        (c.resolution_confidence < 0.2, ["t1"]),
        (c.resolution_confidence.is_(None), ["t0"]),
        (c.session_started_at.in_([AT, AT + 2 * MICROSECOND]), ["t0", "t2"]),
    ):
        assert ids(facts.scan(any_engine, "touchpoints", ["id"], where=[condition])) == expected


def test_a_condition_on_days_is_understood(any_engine: Engine) -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]
    add(any_engine, "currency_rates", pl.DataFrame({"currency": "USD", "in_currency": "INR", "on": days, "rate": 1.0}))
    on = TABLES["currency_rates"].c.on
    read = facts.scan(any_engine, "currency_rates", ["on"], where=[on > days[0], on != days[2]]).collect()
    assert read["on"].to_list() == [days[1]]


# --- What is refused


def test_an_unknown_fact_is_refused_with_those_there_are(engine: Engine) -> None:
    with pytest.raises(InvalidData, match=r"fact: unknown value 'conversion'.*Did you mean 'conversions'\?"):
        facts.scan(engine, "conversion", ["id"])


def test_an_unknown_column_is_refused_with_those_there_are(engine: Engine) -> None:
    with pytest.raises(InvalidData, match=r"columns: unknown value 'value'.*Did you mean 'value_minor'\?"):
        facts.scan(engine, "conversions", ["id", "value"])


def test_secrets_are_no_facts(engine: Engine) -> None:
    with pytest.raises(InvalidData, match="fact: unknown value 'api_keys'"):
        facts.scan(engine, "api_keys", ["key_hash"])


# --- Whose moment


def test_several_facts_are_read_of_one_moment(any_engine: Engine) -> None:
    """A writer adds one visitor and one rate in each transaction: two counts that differ were not read together."""
    stop = threading.Event()

    def write_pairs() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            rate = pl.DataFrame({"currency": [f"{n}"], "in_currency": "INR", "on": [AT.date()], "rate": [1.0]})
            with write_transaction(any_engine) as connection:
                insert_frame(connection, TABLES["visitors"], visitors([f"{n}"]))
                insert_frame(connection, TABLES["currency_rates"], rate)

    writer = threading.Thread(target=write_pairs)
    writer.start()
    counts = []
    while len({before for before, _ in counts}) < 10:
        queries = [select(func.count().label("n")).select_from(TABLES[name]) for name in ("visitors", "currency_rates")]
        first, second = facts.read(any_engine, *queries)
        counts.append((first.item(), second.item()))
    stop.set()
    writer.join()
    assert [first for first, _ in counts] == [second for _, second in counts]


def test_answers_may_be_had_one_by_one_while_the_next_are_read(any_engine: Engine) -> None:
    statements = [facts.statement(fact, ["id"]) for fact in ("conversions", "persons")]
    ahead = list(facts.read_ahead(any_engine, *statements))
    assert [frame.schema for frame in ahead] == [frame.schema for frame in facts.read(any_engine, *statements)]
    given_up = facts.read_ahead(any_engine, *statements)
    next(given_up)
    assert facts.read(any_engine, statements[0])[0].equals(ahead[0])
    nothing_there = select(literal(1).label("n")).select_from(TABLES["persons"]).where(func.no_such_function() == 1)
    with pytest.raises(Exception, match=r"no_such_function|cannot be read"):
        list(facts.read_ahead(any_engine, nothing_there))


def test_what_is_not_committed_is_not_read(any_engine: Engine) -> None:
    with write_transaction(any_engine) as connection:
        insert_frame(connection, TABLES["visitors"], visitors(["v"]))
        assert ids(facts.scan(any_engine, "visitors", ["id"])) == []
    assert ids(facts.scan(any_engine, "visitors", ["id"])) == ["v"]


def test_many_threads_each_get_their_own_answer(any_engine: Engine) -> None:
    add(any_engine, "visitors", visitors([f"{n:03}" for n in range(100)]))
    answers: dict[int, list[str]] = {}

    def ask(n: int) -> None:
        one = TABLES["visitors"].c.id == f"{n:03}"
        answers[n] = ids(facts.scan(any_engine, "visitors", ["id"], where=[one]))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: [f"{n:03}"] for n in range(40)}


# --- When it cannot be read


def test_a_server_that_is_not_there_is_unavailable_and_its_password_not_told() -> None:
    engine = make_engine("postgresql://user:hidden@127.0.0.1:1/name")
    with pytest.raises(StoreUnavailable, match="the database server cannot be read now") as refusal:
        facts.scan(engine, "visitors", ["id"])
    assert "hidden" not in str(refusal.value)


def test_a_file_without_tables_is_unavailable(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with pytest.raises(StoreUnavailable, match="the database cannot be read now"):
        facts.scan(engine, "visitors", ["id"])
    assert not (tmp_path / "store.db").exists()


@pytest.mark.parametrize(
    "name", ["a b.db", "a#b.db", "50%.db", "50%41.db", "ü🙏.db", "a&b=c.db", "quote'\".db", "a?b.db"]
)
def test_a_store_may_lie_under_any_name(tmp_path: Path, name: str) -> None:
    engine = open_store(f"sqlite:///{quote(str(tmp_path / name))}")
    add(engine, "visitors", visitors(["v"]))
    assert ids(facts.scan(engine, "visitors", ["id"])) == ["v"]
    engine.dispose()
    assert (tmp_path / name).exists()


def test_a_store_that_nobody_else_has_open_can_be_read(engine: Engine) -> None:
    add(engine, "visitors", visitors(["v"]))
    engine.dispose()
    assert not Path(f"{engine.url.database}-wal").exists()
    assert ids(facts.scan(engine, "visitors", ["id"])) == ["v"]


def reader_id() -> int:
    process = reading_process()._process
    assert process is not None
    return process.pid


def test_the_death_of_the_reader_between_two_reads_is_not_noticed(engine: Engine) -> None:
    add(engine, "visitors", visitors(["v"]))
    facts.scan(engine, "visitors", ["id"])
    dead = reader_id()
    os.kill(dead, signal.SIGKILL)
    os.waitid(os.P_PID, dead, os.WEXITED | os.WNOWAIT)
    assert ids(facts.scan(engine, "visitors", ["id"])) == ["v"]
    assert reader_id() != dead


def test_the_death_of_the_reader_during_a_read_is_unavailable_and_the_next_read_works(engine: Engine) -> None:
    add(engine, "visitors", visitors(["v"]))
    facts.scan(engine, "visitors", ["id"])
    os.kill(reader_id(), signal.SIGSTOP)
    killer = threading.Timer(0.2, os.kill, (reader_id(), signal.SIGKILL))
    killer.start()
    with pytest.raises(StoreUnavailable, match="the process that reads the database died; try again"):
        facts.scan(engine, "visitors", ["id"])
    killer.join()
    assert ids(facts.scan(engine, "visitors", ["id"])) == ["v"]


class Interrupted(BaseException):
    """As when somebody presses Ctrl-C."""


def test_an_interrupted_read_is_never_the_answer_of_the_next(engine: Engine) -> None:
    add(engine, "visitors", visitors([f"{n}" for n in range(1000)]))
    facts.scan(engine, "visitors", ["id"])
    interrupted = reader_id()
    os.kill(interrupted, signal.SIGSTOP)

    def interrupt(*_: object) -> None:
        os.kill(interrupted, signal.SIGCONT)
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    with pytest.raises(Interrupted):
        facts.scan(engine, "visitors", ["id"])
    signal.signal(signal.SIGALRM, before)
    (counted,) = facts.read(engine, select(func.count().label("n")).select_from(TABLES["visitors"]))
    assert counted.item() == 1000


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments], capture_output=True, text=True, timeout=60
    )


READ_ONCE = """
    import os, sys
    from adplanning.store import facts
    from adplanning.store.engine import make_engine
    from adplanning.store.reading_process import reading_process
    facts.scan(make_engine(sys.argv[1]), "visitors", ["id"])
    print(reading_process()._process.pid, flush=True)
"""


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{process_id}/status").read_text()


@pytest.mark.parametrize("end", ["", "    os.kill(os.getpid(), 9)\n", "    os._exit(3)\n", "    raise SystemExit(1)\n"])
def test_no_reader_outlives_the_process_that_asked_it(engine: Engine, end: str) -> None:
    finished = run(READ_ONCE + end, str(engine.url))
    reader = int(finished.stdout)
    for _ in range(500):
        if not is_running(reader):
            break
        threading.Event().wait(0.01)
    assert not is_running(reader)
    assert finished.stderr == ""


def test_another_copy_of_this_package_in_the_working_folder_is_not_asked(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("adplanning", "polars", "json"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the wrong module')")
    monkeypatch.chdir(tmp_path)
    reading_process().stop()
    assert ids(facts.scan(engine, "visitors", ["id"])) == []


# --- Why there is a reader (store/reader.py)
#
# With ADBC opened in the writing process itself this test fails at its first round: the close of ADBC's connection
# drops the locks of the writer's own (2 before, 0 after), so the other process takes itself for the last user and
# deletes the journal, and what is committed next goes into a deleted file: 1 row seen of 2, and a kill loses it.


def test_what_is_committed_after_a_read_is_seen_by_all_though_another_process_came_and_went(engine: Engine) -> None:
    path = str(engine.url.database)
    look_and_leave = """
        import sqlite3, sys
        connection = sqlite3.connect(sys.argv[1])
        print(connection.execute("SELECT count(*) FROM visitors").fetchone()[0])
        connection.close()
    """
    for n in range(3):
        add(engine, "visitors", visitors([f"before {n}"]))
        facts.scan(engine, "visitors", ["id"])
        assert run(look_and_leave, path).stdout == f"{2 * n + 1}\n"
        add(engine, "visitors", visitors([f"after {n}"]))
        assert run(look_and_leave, path).stdout == f"{2 * n + 2}\n"
