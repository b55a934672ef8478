"""The notebooks whose results are still those of another currency or time zone, and running them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from adplanning import batch_runs
from adplanning.store.preferences import preferences
from adplanning.ui.actions import Action
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.notices import Notice, Notices
from adplanning.ui.pages.run_button import ending, run_bar
from adplanning.ui.visit import Visit

# In the order in which they build on one another, with what each keeps.
NOTEBOOKS: Final[Mapping[str, tuple[frozenset[str], str, str]]] = {
    "score_customers": (frozenset({"currency"}), "Score customers", "lifetime values"),
    "rebuild_segments": (frozenset({"currency", "timezone"}), "Rebuild segments", "members of segments"),
    "update_experiments": (frozenset({"timezone"}), "Update experiments", "days of experiments"),
    "forecast_budget": (frozenset({"currency", "timezone"}), "Forecast", "forecasts and curves of spend"),
}


def reruns(visit: Visit) -> Sequence[Component]:
    """What is still to be run since the last change, with a button for each; nothing when all is done."""
    notices, buttons = Notices(), Details(visit, {})
    bars: list[Component] = []
    actions: dict[str, Action] = {}

    def show() -> None:
        waiting = outdated(visit)
        words = ", ".join(NOTEBOOKS[name][2] for name in waiting)
        said = f"Since the currency or time zone was changed, these are still of before: {words}."
        notices.show([Notice(said)] if waiting else [])
        buttons.show({}, [actions[name] for name in waiting] if visit.may_write else [])

    for name, (_, title, kept) in NOTEBOOKS.items():
        told = ending(f"The {kept} are up to date.", "It failed.")
        bar, start = run_bar(visit, name, goes_on=f"{title}: it goes on.", told=told, then=show)
        bars.append(bar)
        actions[name] = Action(name, title, "mdi-refresh", _pressed(start))
    show()
    return [notices, buttons, *bars]


def _pressed(start: Callable[[Mapping[str, str]], None]) -> Callable[[str], None]:
    return lambda _: start({})


def outdated(visit: Visit) -> list[str]:
    """The notebooks that have run before the last change, and not succeeded since."""
    with visit.reading() as session:
        changed = {name: row.changed_at for name, row in preferences(session).items()}
        if not changed:
            return []
        last: dict[str, datetime] = {}
        for name in NOTEBOOKS:
            runs, _ = batch_runs.list_runs(
                session, now=visit.now(), notebook=name, status="succeeded", limit=1, offset=0
            )
            if runs:
                last[name] = runs[0].started_at
    return [
        name
        for name, (about, _, _) in NOTEBOOKS.items()
        if name in last and any(last[name] < at for one, at in changed.items() if one in about)
    ]
