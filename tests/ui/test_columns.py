"""A page in two columns."""

from __future__ import annotations

from adplanning.ui.columns import Columns
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices


def test_what_stands_in_the_columns_leaves_the_page_with_them() -> None:
    kpis, notices = Kpis(), Notices()
    columns = Columns([kpis], [notices])
    assert (columns.main, columns.side) == ([kpis], [notices])
    columns.close()
    assert kpis.closed
    assert notices.closed
    assert columns.closed
