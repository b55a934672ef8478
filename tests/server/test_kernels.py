from __future__ import annotations

import pytest

from adplanning.server import kernels
from adplanning.server.kernels import Kernels


def test_a_kernel_is_its_visitors_until_it_ends() -> None:
    known = Kernels()
    known.bind("k1", "asha")
    known.bind("k2", "asha")
    known.bind("k3", "ravi")
    assert known.belongs("k1", "asha")
    assert not known.belongs("k1", "ravi")
    assert not known.belongs("k4", "asha")
    assert known.of("asha") == ["k1", "k2"]
    known.forget("k1")
    known.forget("k1")
    assert not known.belongs("k1", "asha")
    known.forget_all()
    assert known.of("ravi") == []


def test_the_oldest_are_forgotten_before_memory_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "MOST_REMEMBERED", 2)
    known = Kernels()
    for kernel_id in ("k1", "k2", "k3"):
        known.bind(kernel_id, "asha")
    assert known.of("asha") == ["k2", "k3"]
