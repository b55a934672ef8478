"""One experiment: what is tested on whom, what it has shown so far and how sure that is, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from adplanning.core import formats
from adplanning.core.vocabulary import ExperimentSource, ExperimentStatus, ExperimentType
from adplanning.experiments import service
from adplanning.experiments.results_service import results_of, running_sequences
from adplanning.store.tables.experiments import Experiment
from adplanning.ui import badges
from adplanning.ui.catalogue import address_of
from adplanning.ui.cells import Cell, text
from adplanning.ui.columns import Columns
from adplanning.ui.component import Component
from adplanning.ui.details import Details
from adplanning.ui.kpis import Kpis
from adplanning.ui.notices import Notices
from adplanning.ui.pages.experiment_actions import experiment_actions
from adplanning.ui.pages.experiment_charts import draw_sequences, reached_card, sequence_cards
from adplanning.ui.pages.experiment_glance import glance, trail
from adplanning.ui.pages.experiment_results import WATCHED, ShownResults
from adplanning.ui.pages.experiment_sources import source_names
from adplanning.ui.pages.experiment_update import update_action
from adplanning.ui.pages.experiment_variants import variant_table
from adplanning.ui.pages.experiment_words import METRICS, SLUG, SOURCES
from adplanning.ui.visit import Visit


def experiment_page(visit: Visit, experiment_id: str) -> Sequence[Component]:
    """The main column with what was found, and beside it how far it is and what happened when."""
    with visit.reading() as session:
        experiment = service.find_experiment(session, experiment_id)
        shown = ShownResults(results_of(session, experiment, now=visit.now()), experiment.currency)
        facts = _facts(experiment)
        name, status = experiment.name, ExperimentStatus(experiment.status)
        is_fed = experiment.source != ExperimentSource.observations
        sources = _sources(session, experiment)
        kpis, notices = Kpis(label="Results"), Notices()
        kpis.show(shown.headlines(), WATCHED if status in (ExperimentStatus.running, ExperimentStatus.paused) else "")
        notices.show(shown.notices())
        done = trail(visit, experiment_id, beside=lambda: variants.state)
        variants = variant_table(visit, shown, sources, beside=lambda: done.state)
        sequences = sequence_cards(visit, shown)
        reached = [reached_card(visit, shown)] if len(shown.names) > 2 else []
        against = Details(visit, {**shown.groups(), **shown.delivery()})
        side = [Details(visit, glance(visit, shown)), done]
        names = shown.names
    visit.frame.title(name)
    actions, forms = experiment_actions(visit, experiment_id, name=name, status=status, variants=names)

    def show_again() -> None:
        if not variants.closed:
            visit.frame.go(address_of(SLUG, experiment_id))

    def draw() -> None:
        with visit.reading() as again:
            found = running_sequences(again, service.find_experiment(again, experiment_id))
        draw_sequences(sequences, found, shown)

    visit.frame.later(draw)
    bars: list[Component] = []
    if is_fed and visit.may_write and status != ExperimentStatus.draft:
        update, bar = update_action(visit, show_again, experiment_id=experiment_id)
        actions, bars = [*actions, update], [bar]
    main = [Details(visit, facts), kpis, variants, *reached, *sequences, against]
    buttons = [Details(visit, {}, actions)] if actions else []
    return [*buttons, *bars, notices, Columns(main, side), *forms]


def _sources(session: Session, experiment: Experiment) -> Mapping[str, str]:
    ids = [str(one) for variant in experiment.variants for one in variant["source_ids"]]
    return source_names(session, experiment.source, ids)


def _facts(experiment: Experiment) -> Mapping[str, Mapping[str, Cell]]:
    counted = "\n".join((experiment.feed or {}).get("words", ()))
    return {
        "General information": {
            "Status": badges.EXPERIMENT_STATUSES[ExperimentStatus(experiment.status)].cell(),
            "Type": badges.EXPERIMENT_TYPES[ExperimentType(experiment.experiment_type)].cell(),
            "Primary metric": text(METRICS[experiment.primary_metric]),
            "Description": text(experiment.description),
            "Hypothesis": text(experiment.hypothesis),
            "Results come from": text(SOURCES[experiment.source]),
            **({"What is counted": text(counted)} if counted else {}),
            **({"Website": text(experiment.website_id)} if experiment.website_id else {}),
            "Confidence level": text(f"{100 * experiment.confidence_level:g}%"),
            "Smallest change worth finding": text(formats.percent(experiment.minimum_detectable_effect)),
            "Stops by itself": (badges.YES if experiment.auto_stop else badges.NO).cell(),
        }
    }
