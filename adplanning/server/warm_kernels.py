"""Kernels that have the notebook open and wait to be told which page is wanted."""

from __future__ import annotations

import asyncio
from typing import Any

from voila.request_info_handler import RequestInfoSocketHandler

LOOK_S = 0.05


class WarmKernels:
    """Hands out Voila's pooled kernels, only when they are warm and in the order of asking.

    Voila itself hands out kernels that have just begun to start, and starts the next at once: ten visitors together
    would then have ten kernels starting, each of which takes seconds of a processor, and all would be late. Here no
    more start at once than the pool holds.

    Parameters
    ----------
    kernels : Voila's kernel manager with its pools.
    notebook : the pooled one.
    max_in_use : how many may be out at once.
    """

    def __init__(self, kernels: Any, notebook: str, max_in_use: int) -> None:
        self._kernels, self._notebook, self._max_in_use = kernels, notebook, max_in_use
        self._turn = asyncio.Lock()

    @property
    def n_pooled(self) -> int:
        """How many are warm, or on the way to it."""
        return int(self._kernels.get_pool_size(self._notebook))

    @property
    def n_in_use(self) -> int:
        """How many have been handed out and still live."""
        return len(self._kernels) - self.n_pooled

    async def take(self, within_s: float) -> tuple[Any, list[str], str] | None:
        """The next warm kernel: what renders its page, what is rendered already, and its id.

        None when there is none in time, or no more may be out.
        """
        try:
            async with asyncio.timeout(within_s), self._turn:
                while self.n_in_use < self._max_in_use:
                    if await self._put_a_warm_one_first():
                        taken: tuple[Any, list[str], str] = await self._kernels.get_rendered_notebook(self._notebook)
                        return taken
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            pass
        return None

    async def is_alive(self, kernel_id: str) -> bool:
        """Whether a kernel's process lives; a dead one is put away."""
        if kernel_id not in self._kernels:
            return False
        if await self._kernels.get_kernel(kernel_id).is_alive():
            return True
        await self._kernels.shutdown_kernel(kernel_id, now=True)
        return False

    async def _put_a_warm_one_first(self) -> bool:
        pool = self._kernels._pools[self._notebook]
        for starting in [each for each in pool if each.done()]:
            if starting.exception():
                pool.remove(starting)
                continue
            kernel_id, rendering = starting.result()["kernel_id"], starting.result()["task"]
            if rendering.done() or not await self.is_alive(kernel_id):
                # It died, or its notebook failed before it came to wait: nothing but an error would be shown.
                if starting in pool:
                    pool.remove(starting)
                if kernel_id in self._kernels:
                    await self._kernels.shutdown_kernel(kernel_id, now=True)
            elif kernel_id in RequestInfoSocketHandler._waiters:
                pool.remove(starting)
                pool.insert(0, starting)
                return True
        self._kernels.fill_if_needed(notebook_name=self._notebook)
        return False
