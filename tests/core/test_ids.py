from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.ids import new_id, new_ids


def test_an_id_tells_its_kind_and_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    kind, number = new_id("conv").split("_")
    after = time.time_ns() // 1_000_000
    assert kind == "conv"
    assert len(number) == 32
    # Ids of a burst count up from the last, which may have been a millisecond ahead of the clock.
    assert before <= int(number[:12], 16) <= after + 1


@given(n=st.lists(st.integers(0, 50), max_size=20))
def test_ids_ascend_in_the_order_of_their_making(n: list[int]) -> None:
    made = [one for count in n for one in new_ids("x", count)]
    assert len(made) == sum(n)
    assert made == sorted(set(made))


def test_a_million_ids_at_once_are_all_different() -> None:
    made = new_ids("x", 1_000_000)
    assert len(set(made)) == 1_000_000
    assert new_id("x") > made[-1]


def test_threads_never_get_the_same_id() -> None:
    made: list[str] = []

    def make() -> None:
        made.extend(new_id("x") for _ in range(2000))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == len(made) == 16_000


def test_ids_cannot_be_guessed_from_their_time() -> None:
    apart = {new_id("x")[-20:-4] for _ in range(3) if time.sleep(0.002) is None}
    assert len(apart) == 3


def test_a_clock_that_goes_back_does_not_bring_an_id_back(monkeypatch: pytest.MonkeyPatch) -> None:
    last = new_id("x")
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert new_id("x") > last
