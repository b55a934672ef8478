"""How a file is taken in."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from adplanning.core.errors import InvalidData
from adplanning.imports.catalogue import IMPORTS
from adplanning.imports.headers import header_key
from adplanning.imports.importing import import_file
from adplanning.store.session import write_transaction
from tests.imports.conftest import NOW, SETTINGS, Take

HEADER = "order_id,email,total,currency,placed_at"
Whole = Callable[[], dict[str, list[Any]]]
Reasons = Callable[[], dict[int, str]]


def test_every_row_is_stored_or_a_duplicate_or_refused_with_its_line(take: Take, reasons: Reasons) -> None:
    summary = take(
        "orders", HEADER, "1,a@b.co,5,INR,2026-01-01", "1,a@b.co,5,INR,2026-01-01", "2,a@b.co,x,INR,2026-01-01"
    )
    assert (summary.received, summary.stored, summary.duplicates, summary.rejected) == (3, 1, 1, 1)
    assert reasons() == {4: "total: 'x' is not a number; write it as 1234.56"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,a@b.co,abc,INR,2026-01-01", "total: 'abc' is not a number"),
        ("1,a@b.co,NaN,INR,2026-01-01", "total: 'NaN' is not a number"),
        ("1,a@b.co,inf,INR,2026-01-01", "total: 'inf' is not a number"),
        ("1,a@b.co,1e400,INR,2026-01-01", "total: '1e400' is not a number"),
        (f"1,a@b.co,{'9' * 40},INR,2026-01-01", "is not a number"),
        ("1,a@b.co,1000000000000,INR,2026-01-01", "total: '1000000000000' is 1,000,000,000,000 or more"),
        ("1,a@b.co,-1,INR,2026-01-01", "total: '-1' is negative"),
        ('1,a@b.co,"1.234,56",INR,2026-01-01', "total: '1.234,56' is not a number"),
        ("1,a@b.co,$5,INR,2026-01-01", "total: '$5' bears the sign of another currency"),
        ("1,a@b.co,5,RUPEE,2026-01-01", "currency: 'RUPEE' is not an ISO 4217 currency code"),
        ("1,a@b.co,5,INR,2026-02-30", "placed_at: '2026-02-30' is not a date and time that exists"),
        ("1,a@b.co,5,INR,", "placed_at: is missing"),
        (",a@b.co,5,INR,2026-01-01", "order_id: is missing"),
        ("  ,a@b.co,5,INR,2026-01-01", "order_id: is missing"),
        ("1,nobody,5,INR,2026-01-01", "email: 'nobody' is not an e-mail address"),
        ("1,,5,INR,2026-01-01", "email: is missing and so is visitor_id"),
        (f"{'x' * 257},a@b.co,5,INR,2026-01-01", "is longer than 256 characters"),
        ("1\x00,a@b.co,5,INR,2026-01-01", "order_id: '1␀' holds the character U+0000"),
        ("1,a@b.co,5", "the row has 3 cells, the header 5"),
        ("1,a@b.co,5,INR,2026-01-01,more", "the row has 6 cells, the header 5"),
    ],
)
def test_a_bad_row_is_refused_for_its_reason_and_the_others_stay(
    take: Take, reasons: Reasons, row: str, reason: str
) -> None:
    summary = take("orders", HEADER, "good,a@b.co,7.25,INR,2026-01-01", row)
    assert (summary.stored, summary.rejected) == (1, 1)
    assert reason in reasons()[3]


def test_a_long_text_is_measured_in_characters(take: Take) -> None:
    header = HEADER + ",city"
    summary = take(
        "orders", header, f"1,a@b.co,5,INR,2026-01-01,{'पु' * 1000}", f"2,a@b.co,5,INR,2026-01-01,{'x' * 2001}"
    )
    assert (summary.stored, summary.rejected) == (1, 1)


def test_a_row_is_told_all_its_faults(take: Take, reasons: Reasons) -> None:
    take("orders", HEADER, ",nobody,-1,XX,never")
    assert [fault.split(":")[0] for fault in reasons()[2].split("; ") if ": " in fault] == [
        "order_id",
        "placed_at",
        "total",
        "currency",
        "email",
    ]


def test_the_same_file_twice_changes_no_byte(take: Take, everything: Whole) -> None:
    lines = [HEADER, "1,a@b.co,5,INR,2026-01-01", "2,a@b.co,x,INR,2026-01-01"]
    first = take("orders", *lines)
    before = everything()
    again = take("orders", *lines)
    assert everything() == before
    assert again.already_imported
    assert again.import_id == first.import_id
    assert (again.received, again.stored, again.duplicates, again.rejected) == (2, 0, 1, 1)


def test_the_same_file_read_by_another_mapping_is_another_import(take: Take) -> None:
    lines = ["id,a,b,email,placed_at", "1,5,6,a@b.co,2026-01-01"]
    assert not take("orders", *lines, total="a").already_imported
    other = take("orders", *lines, total="b")
    assert not other.already_imported
    assert other.duplicates == 1


def test_a_fault_in_the_middle_leaves_nothing(engine: Engine, take: Take, everything: Whole) -> None:
    with write_transaction(engine) as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER fault BEFORE INSERT ON journey_events WHEN NEW.source_id = '60' "
            "BEGIN SELECT RAISE(ABORT, 'the power went out'); END"
        )
    before = everything()
    with pytest.raises(DBAPIError, match="the power went out"):
        take("orders", HEADER, *(f"{n},a{n}@b.co,5,INR,2026-01-01" for n in range(100)))
    assert everything() == before


def test_a_missing_column_is_named_with_those_there_and_the_remedy(take: Take) -> None:
    with pytest.raises(InvalidData) as refused:
        take("orders", "number_of_it,email,total,placed_at", "1,a@b.co,5,2026-01-01")
    assert refused.value.message == (
        "header: column order_id is missing; the file has: number_of_it, email, total, placed_at. "
        "If it is there under another name, say so: --map order_id=THEIR_NAME"
    )


def test_a_mapping_from_a_name_that_is_not_ours_is_refused_with_the_nearest(take: Take) -> None:
    with pytest.raises(InvalidData, match="Did you mean 'total'"):
        take("orders", HEADER, "1,a@b.co,5,INR,2026-01-01", totl="total")


def test_a_mapping_to_a_column_that_is_not_there_is_refused_with_the_nearest(take: Take) -> None:
    with pytest.raises(InvalidData, match=r"has no column 'totl'.*Did you mean 'total'"):
        take("orders", HEADER, "1,a@b.co,5,INR,2026-01-01", total="totl")


def test_an_unknown_kind_is_refused_with_the_kinds(take: Take) -> None:
    with pytest.raises(InvalidData, match="choose one of: orders"):
        take("order", "a", "1")


def test_a_needed_column_that_stands_twice_and_differs_is_refused(take: Take) -> None:
    with pytest.raises(InvalidData, match="'total' stands twice with different values"):
        take("orders", HEADER + ",total", "1,a@b.co,5,INR,2026-01-01,6")
    assert take("orders", HEADER + ",total", "1,a@b.co,5,INR,2026-01-01,5").stored == 1


def test_columns_that_are_not_read_are_named(take: Take) -> None:
    assert take("orders", HEADER + ",gift wrap", "1,a@b.co,5,INR,2026-01-01,yes").ignored_columns == ("gift wrap",)


def test_a_file_of_a_header_alone_holds_nothing(take: Take) -> None:
    assert take("orders", HEADER).received == 0


def test_progress_is_told_from_reading_to_done(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(f"{HEADER}\n1,a@b.co,5,INR,2026-01-01\n")
    told: list[tuple[str, float]] = []
    import_file(
        engine,
        "orders",
        tmp_path / "o.csv",
        settings=SETTINGS,
        now=NOW,
        progress=lambda stage, share: told.append((stage, share)),
    )
    assert told[0] == ("reading", 0.0)
    assert told[-1] == ("done", 1.0)


@pytest.mark.parametrize("kind", IMPORTS)
def test_no_two_columns_of_a_kind_answer_to_one_name(kind: str) -> None:
    names = [header_key(name) for field in IMPORTS[kind].fields for name in {field.name, *field.synonyms}]
    assert len(names) == len(set(names))


def bad_row(number: int, chance: random.Random) -> str:
    """One row of a file as the world writes it: two in three are good."""
    good = [
        f"A{number}",
        f"b{number % 700}@example.in",
        f"{number % 900}.{number % 90 + 10}",
        "INR",
        "2026-01-05T10:00",
    ]
    place, wrong = chance.choice(
        [
            (4, "2026-02-30"),
            (4, "soon"),
            (2, '"1.234,56"'),
            (2, "NaN"),
            (2, "inf"),
            (2, "1e400"),
            (2, "7" * 40),
            (2, "=1+1"),
            (0, "x\x00y"),
            (1, "nobody"),
            (3, "RUPEE"),
            (0, "y" * 100_000 if number % 1000 == 1 else "y" * 300),
            (None, None),
        ]
    )
    if number % 3:
        return ",".join(good)
    if place is None:
        return ",".join(good[: chance.randint(1, 4)])
    return ",".join([*good[:place], wrong, *good[place + 1 :]])


@pytest.mark.parametrize("seed", [1, 2])
def test_of_a_bad_file_good_and_refused_are_all_and_each_refusal_has_line_and_reason(
    take: Take, reasons: Reasons, everything: Whole, seed: int
) -> None:
    n, chance = 5000, random.Random(seed)
    lines = ["\ufeff" + HEADER, *(bad_row(number, chance) + "\r" for number in range(n))]
    summary = take("orders", *lines)
    n_bad = len(range(0, n, 3))
    assert (summary.received, summary.stored, summary.rejected) == (n, n - n_bad, n_bad)
    assert sorted(reasons()) == [number + 2 for number in range(0, n, 3)]
    assert all(reasons().values())
    before = everything()
    assert take("orders", *lines).already_imported
    assert everything() == before
