"""What happens to scores when somebody has done something, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from adplanning.core.settings import Settings
from adplanning.scores.scoring_service import refresh_scores
from adplanning.store.session import writing
from adplanning.workflows.person_scored import score_anew
from tests.scores.shop import NOW, USUAL, person, put, step, stored, visitor


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """Asha has scores, Ravi has none."""
    put(any_engine, person("asha"), person("ravi"), visitor("phone", "asha"))
    with writing(any_engine) as session:
        refresh_scores(session, ["asha"], as_of=NOW, **USUAL)
    return any_engine


@pytest.mark.parametrize("whose", [{"person_id": "asha"}, {"visitor_id": "phone"}])
def test_an_event_scores_its_person_anew_in_its_own_transaction(shop: Engine, whose: dict[str, str]) -> None:
    later = NOW + timedelta(hours=1)
    with writing(shop) as session:
        event = step("feedback", 0, **whose)
        session.add(event)
        score_anew(session, event, Settings(_env_file=None), now=later)
    rows = stored(shop)
    assert rows["asha", "engagement"].score_value == 4
    assert {row.calculated_at for row in rows.values()} == {later}


@pytest.mark.parametrize("whose", [{"person_id": "ravi"}, {"visitor_id": "kiosk"}])
def test_who_has_no_scores_gets_none(shop: Engine, whose: dict[str, str]) -> None:
    before = {key: row.calculated_at for key, row in stored(shop).items()}
    with writing(shop) as session:
        event = step("feedback", 0, **whose)
        session.add(event)
        score_anew(session, event, Settings(_env_file=None), now=NOW + timedelta(hours=1))
    assert {key: row.calculated_at for key, row in stored(shop).items()} == before
