"""How many records stand at each stage."""

from __future__ import annotations

from adplanning.ui.badges import Badge
from adplanning.ui.pipeline import Pipeline, Stage
from tests.ui.visiting import send


def test_stages_and_ends_are_shown_in_their_order() -> None:
    pipeline = Pipeline(title="How far?", words="")
    new, lost = Badge("New", "orange", "mdi-account"), Badge("Lost", "red", "mdi-close")
    pipeline.show([Stage(new, 3, "3", "75.0%", "/app/new")], [Stage(lost, 1, "1", "25.0%", "/app/lost")])
    assert pipeline.stages == [
        {"badge": new.cell(), "n": 3, "count": "3", "share": "75.0%", "href": "/app/new"},
    ]  # fmt: skip
    assert [end["badge"]["text"] for end in pipeline.ends] == ["Lost"]
    send(pipeline, "show", {"stages": [], "ends": []})
    assert len(pipeline.stages) == 1
