"""The pictures of an experiment: what its variants have reached, and how sure the difference was from day to day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

import polars as pl

from adplanning.experiments.charts import sequence_chart, variants_chart
from adplanning.experiments.metrics import EXPERIMENT_METRICS
from adplanning.ui.chart import ChartCard
from adplanning.ui.pages.experiment_results import ShownResults
from adplanning.ui.visit import Visit

MAX_SEQUENCES: Final = 4
NOBODY: Final = "Nobody took part yet."


def reached_card(visit: Visit, shown: ShownResults) -> ChartCard:
    """All variants side by side, each on its interval."""
    analysis = shown.results.analysis
    rows = [{"variant": shown.names[one.variant_id], **asdict(one)} for one in analysis.variants]
    card = ChartCard(served=visit.served, title="What has each variant reached?", file_name="variants")
    card.draw(variants_chart(analysis, shown.names) if analysis.n_subjects else None, rows, empty=NOBODY)
    return card


def sequence_cards(visit: Visit, shown: ShownResults) -> Sequence[ChartCard]:
    """A card for the difference of each of the first treatments to the control day by day, without a chart yet."""
    control = shown.names[shown.results.analysis.control_id]
    return [
        ChartCard(
            served=visit.served,
            title=f"How has {shown.names[one.variant_id]} compared with {control} from day to day?",
            file_name="confidence-sequence",
            words="As long as the wide band includes 0, nothing is decided, however often one looks. The narrow band "
            "holds for a single look only, at the planned end.",
        )
        for one in shown.results.analysis.comparisons[:MAX_SEQUENCES]
    ]


def draw_sequences(cards: Sequence[ChartCard], sequences: Mapping[str, pl.DataFrame], shown: ShownResults) -> None:
    """Put the sequence of each treatment, in their order, on its card."""
    unit = EXPERIMENT_METRICS[shown.results.analysis.metric].unit
    for card, frame in zip(cards, sequences.values(), strict=False):
        chart = sequence_chart(frame, unit=unit) if frame.height else None
        card.draw(chart, frame.to_dicts(), empty=NOBODY)
