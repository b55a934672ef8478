"""The form of an experiment: what is tested on whom, and how many subjects that takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from adplanning.conversions.service import statistics
from adplanning.core.errors import InvalidData
from adplanning.core.periods import Period
from adplanning.core.validation import validated
from adplanning.core.vocabulary import ExperimentSource, ExperimentType, PrimaryMetric
from adplanning.experiments import service
from adplanning.experiments.fields import ExperimentChange, ExperimentFields, experiment_columns
from adplanning.ui.actions import Action
from adplanning.ui.details import Details
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.kpis import Kpis
from adplanning.ui.pages.experiment_size import BASELINE_DAYS, SIZE_FIELDS, Size, needed_size, size_kpis
from adplanning.ui.pages.experiment_sources import Options, source_options
from adplanning.ui.pages.experiment_words import METRICS, SOURCES, TYPES, config_of, config_words
from adplanning.ui.visit import Visit

LEVELS: Final = {"0.9": "90%", "0.95": "95% (usual)", "0.99": "99%"}
FRESH: Final[Mapping[str, Any]] = {
    "experiment_type": ExperimentType.landing_page.value,
    "primary_metric": PrimaryMetric.conversion_rate.value,
    "source": ExperimentSource.observations.value,
    "confidence_level": "0.95",
    "power": "0.8",
    "minimum_detectable_effect": 10,
    "variants": [{"name": "Control", "weight": "50"}, {"name": "Treatment", "weight": "50"}],
}
SENT_OR_FOUND: Final = "Sent from your site by the API, or counted here from what campaigns, ad sets or pages brought."
# What the results stand for is fixed once the experiment has started.
_FIXED: Final = ("experiment_type", "primary_metric", "source", "confidence_level", "variants")
_EMPTIED: Final = ("description", "hypothesis", "target_sample_size", "minimum_detectable_effect")


def experiment_fields(offered: Mapping[ExperimentSource, Options], *, is_new: bool) -> Sequence[Field]:
    """The fields; what was fixed when an experiment started is not among those of one that is not `is_new`."""
    sources = [
        Field(source.value, SOURCES[source], kind, options=offered.get(source, {}), only_for={"source": [source.value]})
        for source, kind in (
            (ExperimentSource.campaigns, "choices"),
            (ExperimentSource.ad_sets, "choices"),
            (ExperimentSource.landing_pages, "texts"),
        )
    ]
    parts = [
        Field("id", "Id", "kept"),
        Field("name", "Name"),
        Field("weight", "Split", "number", unit="%"),
        *sources,
        Field("config", "Settings"),
    ]
    fields = [
        Field("name", "Name", required=True, help='What you call it, such as "Summer banner vs winter banner".'),
        Field("description", "Description", "area", help="What you are testing."),
        Field("experiment_type", "Type", "choice", required=True, options=TYPES, help="What is tested."),
        Field("hypothesis", "Hypothesis", "area", help="What you expect to happen, and why."),
        Field(
            "primary_metric",
            "Primary metric",
            "choice",
            required=True,
            options=METRICS,
            help="The number that decides.",
        ),
        Field("source", "Where results come from", "choice", required=True, options=SOURCES, help=SENT_OR_FOUND),
        Field(
            "variants",
            "Variants",
            "rows",
            parts=parts,
            help="The first one is the control, which the others are held against. The splits add to 100%. "
            "Settings say what each shows, as name = value; several with ; between them.",
        ),
        Field(
            "confidence_level",
            "Confidence level",
            "choice",
            required=True,
            options=LEVELS,
            help="How sure a result must be before it counts.",
        ),
        *SIZE_FIELDS,
        Field(
            "target_sample_size",
            "Target sample size",
            "number",
            unit="subjects",
            help="How many subjects, in all variants together, before it is decided.",
        ),
        Field(
            "auto_stop",
            "Stop by itself",
            "switch",
            help="At the target sample size, or sooner where the always-valid result is sure.",
        ),
    ]
    return [field for field in fields if is_new or field.key not in _FIXED]


class ExperimentForm:
    """The dialog, for a new experiment or one that is there; `saved` is called with its id once all is done."""

    def __init__(self, visit: Visit, saved: Callable[[str], None]) -> None:
        self._visit, self._saved = visit, saved
        self._experiment_id: str | None = None
        self._fixed: Mapping[str, Any] = {}
        self._configs: Mapping[str, Mapping[str, Any] | None] = {}
        self._size: Size | None = None
        self._typed: Values = {}
        self.kpis = Kpis(label="Sample size")
        use = Action("use", "Use as target", "mdi-arrow-up-circle-outline", lambda _: self._use())
        self.button = Details(visit, {}, [use])
        self.form = Form(
            visit,
            title="New experiment",
            button="Create experiment",
            fields=experiment_fields({}, is_new=True),
            check=lambda values: _checked(self._given(values)),
            submit=self._submit,
            below=[self.kpis, self.button],
            changed=self._work_out,
        )

    def create(self) -> None:
        """Open it for a new experiment."""
        self._experiment_id, self._fixed, self._configs = None, {}, {}
        self._open(FRESH, title="New experiment", button="Create experiment", is_new=True)
        self._visit.frame.later(self._suggest_baseline)

    def change(self, experiment_id: str) -> None:
        """Open it for an experiment that is there."""
        with self._visit.reading() as session:
            experiment = service.find_experiment(session, experiment_id)
            effect, is_new = experiment.minimum_detectable_effect, experiment.started_at is None
            level = f"{experiment.confidence_level:g}"
            given = {
                **{name: getattr(experiment, name) for name in ("name", "description", "hypothesis", "auto_stop")},
                **{name: getattr(experiment, name) for name in ("experiment_type", "primary_metric", "source")},
                "target_sample_size": experiment.target_sample_size,
                "minimum_detectable_effect": None if effect is None else round(100 * effect, 6),
                "confidence_level": level,
                "power": FRESH["power"],
                "variants": [_row(variant, experiment.source) for variant in experiment.variants],
            }
            self._configs = {variant["id"]: variant["config"] for variant in experiment.variants}
            title = f"Change “{experiment.name}”"
        self._experiment_id = experiment_id
        self._fixed = {} if is_new else {key: given[key] for key in _FIXED}
        self._open(given, title=title, button="Save changes", is_new=is_new)

    def _open(self, given: Values, *, title: str, button: str, is_new: bool) -> None:
        with self._visit.reading() as session:
            offered = source_options(session) if is_new else {}
        self.form.have(experiment_fields(offered, is_new=is_new))
        self._work_out(given)
        self.form.ask(given, title=title, button=button)

    def _work_out(self, values: Values) -> None:
        """Say how many subjects are needed with what is filled in now."""
        self._typed = {**self._fixed, **values}
        self._size = needed_size(self._typed)
        self.kpis.show(*size_kpis(self._size, self._visit.settings.currency))

    def _use(self) -> None:
        if self._size is None or self._size.total is None:
            raise InvalidData("Fill in what the sample size is worked out from first.")
        self.form.put({"target_sample_size": self._size.total})

    def _suggest_baseline(self) -> None:
        """Begin with how many visitors have bought lately."""
        visit = self._visit
        found = statistics(
            visit.engine,
            {},
            Period.last_days(BASELINE_DAYS, visit.now()),
            currency=visit.settings.currency,
            zone=visit.settings.zone,
            group_by="day",
            public_revenue=visit.settings.public_revenue,
        ).conversion_rate
        if found and found < 100 and not self._typed.get("baseline") and not self.form.closed:
            self.form.put({"baseline": round(found, 2)})

    def _given(self, values: Values) -> dict[str, Any]:
        """What was filled in as the fields of an experiment."""
        given = {**self._fixed, **values}
        source = str(given.get("source", ""))
        own = {key: value for key, value in given.items() if key in ExperimentFields.model_fields}
        own["variants"] = [self._variant(row, source) for row in given.get("variants", ())]
        if "minimum_detectable_effect" in given:
            own["minimum_detectable_effect"] = _share(given["minimum_detectable_effect"])
        return own

    def _variant(self, row: Mapping[str, Any], source: str) -> dict[str, Any]:
        stored = self._configs.get(row.get("id", ""))
        # What a config holds beyond texts is kept as long as nobody writes it anew.
        config = stored if row.get("config", "") == config_words(stored) else config_of(row["config"])
        return {
            **{key: row[key] for key in ("id", "name", "weight") if row.get(key)},
            "config": config or None,
            "source_ids": row.get(source) or [],
        }

    def _submit(self, values: Values) -> None:
        visit, given = self._visit, self._given(values)
        if self._experiment_id is None:
            fields = _checked(given)
            with visit.writing() as session:
                made = service.create_experiment(
                    session, fields, currency=visit.settings.currency, now=visit.now(), by=visit.name
                )
                experiment_id = made.id
            visit.frame.toast(f"“{fields.name}” is created. Start it when its variants are ready.")
        else:
            experiment_id = self._experiment_id
            # A field left empty is emptied.
            kept = {key: value for key, value in given.items() if key not in self._fixed}
            change = validated(ExperimentChange, {**dict.fromkeys(_EMPTIED), **kept})
            with visit.writing() as session:
                service.change_experiment(session, experiment_id, change, now=visit.now(), by=visit.name)
            visit.frame.toast("Changes saved.")
        self._saved(experiment_id)


def _row(variant: Mapping[str, Any], source: str) -> dict[str, Any]:
    return {
        "id": variant["id"],
        "name": variant["name"],
        "weight": f"{variant['weight']:g}",
        "config": config_words(variant["config"]),
        source: variant["source_ids"],
    }


def _share(percent: object) -> float:
    try:
        return float(str(percent)) / 100
    except ValueError:
        raise InvalidData.at("minimum_detectable_effect", "is no number; give percent, such as 10") from None


def _checked(given: Mapping[str, Any]) -> ExperimentFields:
    """The fields of a new experiment; what is wrong with a variant is said by its name."""
    try:
        fields = validated(ExperimentFields, given)
        experiment_columns(fields)
    except InvalidData as refused:
        raise InvalidData(refused.message, [_named(*issue, given["variants"]) for issue in refused.issues]) from None
    return fields


def _named(path: str, words: str, variants: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    field, _, place = path.partition(".")
    number = place.split(".")[0]
    if field != "variants" or not number.isdecimal():
        return path, words
    return field, f"{variants[int(number)].get('name') or f'Variant {int(number) + 1}'}: {words}"
