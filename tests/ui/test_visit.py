"""What a visitor may do with the store."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from adplanning.core.errors import Forbidden
from adplanning.core.vocabulary import Role
from adplanning.store.tables.people import Visitor
from tests.ui.conftest import NewVisit
from tests.ui.visiting import everything


@pytest.mark.parametrize("role", [Role.analyst, Role.admin])
def test_an_analyst_and_an_admin_write(engine: Engine, new_visit: NewVisit, role: Role) -> None:
    visit = new_visit(engine, role)
    assert visit.may_write
    with visit.writing() as session:
        session.add(Visitor(id="v1", first_seen_at=datetime(2026, 11, 22, tzinfo=UTC)))
    with visit.reading() as session:
        assert session.get(Visitor, "v1") is not None


def test_a_viewer_is_refused_before_anything_begins(engine: Engine, new_visit: NewVisit) -> None:
    visit = new_visit(engine, Role.viewer)
    before = everything(engine)
    assert not visit.may_write
    with pytest.raises(Forbidden, match="signed in as a viewer"), visit.writing():
        pytest.fail("a viewer was let through")
    assert everything(engine) == before


def test_the_clock_is_in_utc(engine: Engine, new_visit: NewVisit) -> None:
    assert new_visit(engine).now().tzinfo is UTC
