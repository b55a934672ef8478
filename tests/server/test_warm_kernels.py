"""Which kernel is next, on a stand-in for Voila's pool: the real one is tried in `test_voila_child.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from voila.request_info_handler import RequestInfoSocketHandler

from adplanning.server.warm_kernels import WarmKernels

NOTEBOOK = "pooled.ipynb"


class Kernel:
    def __init__(self) -> None:
        self.alive = True

    async def is_alive(self) -> bool:
        return self.alive


class Pool:
    """Kernels that are started in the order of their numbers and are warm when a test says so."""

    def __init__(self, size: int) -> None:
        self.size, self.running, self._pools, self._number = size, {}, {NOTEBOOK: []}, 0
        self.fill_if_needed()

    def __len__(self) -> int:
        return len(self.running)

    def __contains__(self, kernel_id: str) -> bool:
        return kernel_id in self.running

    def get_kernel(self, kernel_id: str) -> Kernel:
        return self.running[kernel_id]

    def get_pool_size(self, notebook: str) -> int:
        return len(self._pools[notebook])

    def fill_if_needed(self, **_: Any) -> None:
        while len(self._pools[NOTEBOOK]) < self.size:
            self._number += 1
            kernel_id = f"kernel {self._number}"
            self.running[kernel_id] = Kernel()
            starting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            starting.set_result({"kernel_id": kernel_id, "task": asyncio.get_running_loop().create_future()})
            self._pools[NOTEBOOK].append(starting)

    async def shutdown_kernel(self, kernel_id: str, **_: Any) -> None:
        del self.running[kernel_id]
        self._pools[NOTEBOOK] = [each for each in self._pools[NOTEBOOK] if each.result()["kernel_id"] != kernel_id]

    async def get_rendered_notebook(self, notebook: str) -> tuple[Any, list[str], str]:
        taken = self._pools[notebook].pop(0).result()
        self.fill_if_needed()
        return taken["task"], [], taken["kernel_id"]

    def rendering_of(self, kernel_id: str) -> asyncio.Future[None]:
        [found] = [e.result()["task"] for e in self._pools[NOTEBOOK] if e.result()["kernel_id"] == kernel_id]
        return found


@pytest.fixture(autouse=True)
def waiters() -> Iterator[dict[str, object]]:
    """The kernels that wait for a page."""
    yield RequestInfoSocketHandler._waiters
    RequestInfoSocketHandler._waiters.clear()


def warm(*numbers: int) -> None:
    RequestInfoSocketHandler._waiters.update({f"kernel {number}": object() for number in numbers})


async def taken_id(kernels: WarmKernels, within_s: float = 0.3) -> str | None:
    taken = await kernels.take(within_s)
    return None if taken is None else taken[2]


def test_the_kernel_that_waits_is_taken_before_one_that_only_starts() -> None:
    async def story() -> None:
        kernels = WarmKernels(Pool(2), NOTEBOOK, 5)
        warm(2)
        assert await taken_id(kernels) == "kernel 2"
        assert (kernels.n_in_use, kernels.n_pooled) == (1, 2)

    asyncio.run(story())


def test_whoever_asks_first_is_served_first_and_nobody_waits_longer_than_they_may() -> None:
    async def story() -> None:
        kernels = WarmKernels(Pool(1), NOTEBOOK, 5)
        first, second = asyncio.create_task(taken_id(kernels, 5)), asyncio.create_task(taken_id(kernels, 5))
        assert await taken_id(kernels, 0.1) is None
        warm(1)
        assert await first == "kernel 1"
        assert not second.done()
        warm(2)
        assert await second == "kernel 2"

    asyncio.run(story())


def test_no_more_are_out_than_may_be_and_none_is_started_for_those_who_wait() -> None:
    async def story() -> None:
        pool = Pool(2)
        kernels = WarmKernels(pool, NOTEBOOK, 2)
        warm(1, 2, 3, 4)
        assert [await taken_id(kernels), await taken_id(kernels)] == ["kernel 1", "kernel 2"]
        assert await taken_id(kernels) is None
        assert len(pool) == 4
        await pool.shutdown_kernel("kernel 1")
        assert await taken_id(kernels) == "kernel 3"

    asyncio.run(story())


def test_a_kernel_that_died_while_it_waited_is_replaced() -> None:
    async def story() -> None:
        pool = Pool(1)
        kernels = WarmKernels(pool, NOTEBOOK, 5)
        warm(1, 2)
        pool.running["kernel 1"].alive = False
        assert await taken_id(kernels) == "kernel 2"
        assert "kernel 1" not in pool

    asyncio.run(story())


def test_a_kernel_whose_notebook_failed_before_it_came_to_wait_is_replaced() -> None:
    async def story() -> None:
        pool = Pool(1)
        kernels = WarmKernels(pool, NOTEBOOK, 5)
        pool.rendering_of("kernel 1").set_result(None)
        warm(2)
        assert await taken_id(kernels) == "kernel 2"
        assert "kernel 1" not in pool

    asyncio.run(story())


def test_a_dead_kernel_is_put_away_when_it_is_asked_for() -> None:
    async def story() -> None:
        pool = Pool(1)
        kernels = WarmKernels(pool, NOTEBOOK, 5)
        assert await kernels.is_alive("kernel 1")
        pool.running["kernel 1"].alive = False
        assert not await kernels.is_alive("kernel 1")
        assert not await kernels.is_alive("never there")
        assert len(pool) == 0

    asyncio.run(story())
