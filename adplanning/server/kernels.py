"""Which sign-in owns which kernel: whoever was answered with a kernel's page, and nobody else."""

from __future__ import annotations

# Far more than ever run at once; those that were ended for being idle are not told to us.
MOST_REMEMBERED = 10_000


class Kernels:
    """The kernels of all who are signed in, forgotten when their process ends."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def bind(self, kernel_id: str, sign_in: str) -> None:
        """Remember whose a new kernel is."""
        if len(self._owners) >= MOST_REMEMBERED:
            self.forget(next(iter(self._owners)))
        self._owners[kernel_id] = sign_in

    def belongs(self, kernel_id: str, sign_in: str) -> bool:
        """Whether the kernel is this sign-in's."""
        return self._owners.get(kernel_id) == sign_in

    def of(self, sign_in: str) -> list[str]:
        """All kernels of a sign-in."""
        return [kernel_id for kernel_id, owner in self._owners.items() if owner == sign_in]

    def forget(self, kernel_id: str) -> None:
        """The kernel has ended."""
        self._owners.pop(kernel_id, None)

    def forget_all(self) -> None:
        """Their process has ended."""
        self._owners.clear()
