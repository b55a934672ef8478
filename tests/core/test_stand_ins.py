"""The visitor that stands for a person."""

from __future__ import annotations

from adplanning.core.stand_ins import stand_in


def test_a_person_has_one_stand_in_and_no_two_persons_share_one() -> None:
    assert stand_in("person_1") == stand_in("person_1") != stand_in("person_2")
