"""What may be given for an experiment, and the columns that it becomes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints

from adplanning.core.errors import InvalidData
from adplanning.core.fields import DefaultedFields, Fields, Number, Optional, WholeNumber, changes
from adplanning.core.texts import JsonObject, storable_text
from adplanning.core.vocabulary import ExperimentSource, ExperimentStatus, ExperimentType, PrimaryMetric

MAX_VARIANTS: Final = 20
MAX_SOURCES: Final = 200
MAX_CONFIG_CHARACTERS: Final = 10_000
WEIGHTS: Final = 100.0
# Three thirds written with one decimal add to 99.9.
ROUNDED_WEIGHTS: Final = 0.11
INCONCLUSIVE: Final = "inconclusive"
CONTROL, TREATMENT = "control", "treatment"
OF_PLATFORMS: Final = (PrimaryMetric.ctr, PrimaryMetric.cpc, PrimaryMetric.roas)
_OF: Final = "choose conversion_rate, leads or revenue"
# Changed after the start, another experiment would stand under the same results.
FIXED_AT_START: Final = ("experiment_type", "primary_metric", "source", "confidence_level")


def _small(config: dict[str, object]) -> dict[str, object]:
    length = len(json.dumps(config, ensure_ascii=False))
    if length > MAX_CONFIG_CHARACTERS:
        raise ValueError(f"is {length:,} characters of JSON long; give at most {MAX_CONFIG_CHARACTERS:,}")
    return config


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(storable_text)
]
VariantId = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(storable_text)
]
SourceId = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(storable_text)
]
SourceIds = Annotated[
    list[SourceId], Field(max_length=MAX_SOURCES, description="campaigns, ad sets or paths of pages of the variant")
]
Config = Annotated[JsonObject, AfterValidator(_small)]
Split = Annotated[Number, Field(ge=1, le=99, allow_inf_nan=False, description="percent of subjects in the control")]
Weight = Annotated[Number, Field(gt=0, le=WEIGHTS, allow_inf_nan=False, description="percent")]
Confidence = Annotated[Number, Field(gt=0.5, lt=1, allow_inf_nan=False)]
Effect = Annotated[Number, Field(gt=0, le=100, allow_inf_nan=False, description="relative: 0.1 is a tenth more")]
SampleSize = Annotated[WholeNumber, Field(ge=1, le=10**12, description="subjects in all variants together")]


class VariantFields(Fields):
    """A variant; the first of an experiment is its control. No weight anywhere means equal ones."""

    id: VariantId | None = None
    name: Name | None = None
    weight: Weight | None = None
    config: Config | None = None
    source_ids: SourceIds = []


Variants = Annotated[list[VariantFields], Field(min_length=2, max_length=MAX_VARIANTS)]


class ExperimentFields(DefaultedFields):
    """An experiment: its variants as such, or a control and a treatment with the control's percent."""

    name: Name
    description: Optional = None
    hypothesis: Optional = None
    website_id: Optional = None
    experiment_type: ExperimentType = ExperimentType.landing_page
    primary_metric: PrimaryMetric = PrimaryMetric.conversion_rate
    source: ExperimentSource = ExperimentSource.observations
    control_name: Name | None = None
    treatment_name: Name | None = None
    control_config: Config | None = None
    treatment_config: Config | None = None
    control_source_ids: SourceIds | None = None
    treatment_source_ids: SourceIds | None = None
    traffic_split: Split | None = None
    variants: Variants | None = None
    target_sample_size: SampleSize | None = None
    confidence_level: Confidence = 0.95
    minimum_detectable_effect: Effect | None = None
    auto_stop: bool = False


class ExperimentChange(Fields):
    """What may be changed of an experiment that is not running."""

    name: Name | None = None
    description: Optional = None
    hypothesis: Optional = None
    website_id: Optional = None
    experiment_type: ExperimentType | None = None
    primary_metric: PrimaryMetric | None = None
    source: ExperimentSource | None = None
    control_name: Name | None = None
    treatment_name: Name | None = None
    control_config: Config | None = None
    treatment_config: Config | None = None
    control_source_ids: SourceIds | None = None
    treatment_source_ids: SourceIds | None = None
    traffic_split: Split | None = None
    variants: Variants | None = None
    target_sample_size: SampleSize | None = None
    confidence_level: Confidence | None = None
    minimum_detectable_effect: Effect | None = None
    auto_stop: bool | None = None


# Which part of the control and of the treatment each of these fields is.
_PAIR: Final[Mapping[str, tuple[int, str]]] = {
    "control_name": (0, "name"),
    "treatment_name": (1, "name"),
    "control_config": (0, "config"),
    "treatment_config": (1, "config"),
    "control_source_ids": (0, "source_ids"),
    "treatment_source_ids": (1, "source_ids"),
}
_REQUIRED: Final = (
    *("name", "experiment_type", "primary_metric", "source", "confidence_level", "auto_stop"),
    *("variants", "traffic_split", "control_name", "treatment_name"),
)


def experiment_columns(given: ExperimentFields) -> dict[str, Any]:
    """The columns of a new experiment.

    Raises
    ------
    InvalidData : variants that cannot be told apart, or whose weights do not add to 100.

    >>> columns = experiment_columns(ExperimentFields(name="Banner", treatment_name="Summer", traffic_split=60))
    >>> [(one["id"], one["name"], one["weight"]) for one in columns["variants"]]
    [('control', 'Control', 60.0), ('treatment', 'Summer', 40.0)]
    """
    columns = {name: getattr(given, name) for name in ExperimentFields.model_fields if not _is_of_variants(name)}
    columns["variants"] = _variants(given, ())
    return _checked(columns)


def changed_columns(given: ExperimentChange, before: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a change makes other than they are.

    Parameters
    ----------
    before : the columns as they are; once it has started (`started_at`), what is being decided stays.

    Raises
    ------
    InvalidData : a null where there must be a value, variants as in `experiment_columns`, or a change of what was
        fixed at the start.

    >>> before = {**experiment_columns(ExperimentFields(name="Banner")), "started_at": None}
    >>> changed_columns(ExperimentChange(name="Banner", auto_stop=True), before)
    {'auto_stop': True}
    """
    named = changes(given, required=_REQUIRED)
    after = {**before, **{name: value for name, value in named.items() if not _is_of_variants(name)}}
    if any(_is_of_variants(name) for name in named):
        after["variants"] = _variants(given, before["variants"])
    after = _checked(after)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if before["started_at"] is not None:
        _refuse_another_experiment(changed, before["variants"])
    return changed


def variant_called(variants: Sequence[Mapping[str, Any]], word: str) -> str | None:
    """The id of the variant that a word means: its id, its name, control, or treatment where there is only one.

    >>> pair = [{"id": "a", "name": "Winter"}, {"id": "b", "name": "Summer"}]
    >>> [variant_called(pair, word) for word in ("b", "Winter", "control", "treatment", "c")]
    ['b', 'a', 'a', 'b', None]
    """
    for part in ("id", "name"):
        for variant in variants:
            if variant[part] == word:
                return str(variant["id"])
    if word == CONTROL:
        return str(variants[0]["id"])
    return str(variants[1]["id"]) if word == TREATMENT and len(variants) == 2 else None


def unknown_variant(field: str, word: str, variants: Sequence[Mapping[str, Any]], *more: str) -> InvalidData:
    """The refusal of a word that means no variant."""
    return InvalidData.unknown_choice(field, word, [*(str(variant["id"]) for variant in variants), *more])


def refuse_change_of(status: str) -> None:
    """Keep a running or completed experiment as it is.

    Raises
    ------
    InvalidData : naming the status.
    """
    if status == ExperimentStatus.running:
        raise InvalidData.at("status", "this experiment is running, so it cannot be changed; pause it first")
    if status == ExperimentStatus.completed:
        raise InvalidData.at("status", "this experiment is completed, so it cannot be changed; create a new one")


def _is_of_variants(name: str) -> bool:
    return name in ("variants", "traffic_split") or name in _PAIR


def _variants(given: ExperimentFields | ExperimentChange, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if given.variants is not None:
        variants = _listed(given.variants)
        _refuse_contradictions(given, variants)
        return variants
    pair = [dict(variant) for variant in before] or _listed([VariantFields(), VariantFields()])
    for field, (place, part) in _PAIR.items():
        if field in given.model_fields_set:
            value = getattr(given, field)
            if part == "name" and value is None:
                value = _NAMES[place]
            pair[place][part] = [] if part == "source_ids" and value is None else value
    if given.traffic_split is not None:
        if len(pair) > 2:
            raise InvalidData.at("traffic_split", f"says nothing of {len(pair)} variants; give `variants` with weights")
        pair[0]["weight"], pair[1]["weight"] = given.traffic_split, WEIGHTS - given.traffic_split
    return pair


_NAMES: Final = ("Control", "Treatment")


def _listed(given: Sequence[VariantFields]) -> list[dict[str, Any]]:
    n_weights = sum(variant.weight is not None for variant in given)
    if 0 < n_weights < len(given):
        raise InvalidData.at("variants", "some have a weight and some have none; give one to each, or to none")
    return [
        {
            "id": variant.id or _usual(CONTROL, TREATMENT, place),
            "name": variant.name or variant.id or _usual(*_NAMES, place),
            "weight": WEIGHTS / len(given) if variant.weight is None else variant.weight,
            "config": variant.config,
            "source_ids": variant.source_ids,
        }
        for place, variant in enumerate(given)
    ]


def _usual(first: str, other: str, place: int) -> str:
    return first if place == 0 else other if place == 1 else f"{other} {place}"


def _refuse_contradictions(given: ExperimentFields | ExperimentChange, variants: Sequence[Mapping[str, Any]]) -> None:
    """Both forms may be sent, as they are answered, but they must not say different things."""
    for field, (place, part) in _PAIR.items():
        told = getattr(given, field)
        if told is not None and told != variants[place][part]:
            raise InvalidData.at(field, f"says other than the {part} in variants.{place}; send one of the two forms")
    if given.traffic_split is not None and given.traffic_split != variants[0]["weight"]:
        raise InvalidData.at("traffic_split", "says other than the weight in variants.0; send one of the two forms")


def _checked(columns: dict[str, Any]) -> dict[str, Any]:
    variants: list[dict[str, Any]] = columns["variants"]
    _check_words(variants)
    total = sum(variant["weight"] for variant in variants)
    if abs(total - WEIGHTS) > ROUNDED_WEIGHTS:
        raise InvalidData.at("variants", f"the weights add to {total:g}; they must add to 100")
    _check_sources(variants, ExperimentSource(columns["source"]))
    if columns["source"] == ExperimentSource.landing_pages and columns["primary_metric"] in OF_PLATFORMS:
        raise InvalidData.at(
            "primary_metric", f"{columns['primary_metric']} is a platform's, which knows no pages; {_OF}"
        )
    for name in ("experiment_type", "primary_metric", "source"):
        columns[name] = str(columns[name])
    return columns


def _check_words(variants: Sequence[Mapping[str, Any]]) -> None:
    owners: dict[str, int] = {}
    for place, variant in enumerate(variants):
        for part in ("id", "name"):
            word = variant[part]
            if owners.setdefault(word.casefold(), place) != place:
                raise InvalidData.at(f"variants.{place}.{part}", f"{word!r} is already another variant's id or name")
            if word.casefold() == INCONCLUSIVE:
                raise InvalidData.at(
                    f"variants.{place}.{part}", f"{word!r} means that no variant has won; name it else"
                )
            meant = {CONTROL: 0, TREATMENT: 1}.get(word.casefold(), place)
            if meant != place:
                raise InvalidData.at(f"variants.{place}.{part}", f"{word!r} is what the variant at {meant} is called")


def _check_sources(variants: Sequence[Mapping[str, Any]], source: ExperimentSource) -> None:
    owners: dict[str, int] = {}
    for place, variant in enumerate(variants):
        path = f"variants.{place}.source_ids"
        if source is ExperimentSource.observations and variant["source_ids"]:
            raise InvalidData.at(path, "subjects are told (source: observations); leave them out, or choose a source")
        if source is not ExperimentSource.observations and not variant["source_ids"]:
            raise InvalidData.at(path, f"is empty; name the {source.replace('_', ' ')} of this variant")
        for one in variant["source_ids"]:
            if owners.setdefault(one, place) != place:
                raise InvalidData.at(path, f"{one[:80]!r} is another variant's too; a subject of both proves nothing")


def _refuse_another_experiment(changed: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> None:
    for name in FIXED_AT_START:
        if name in changed:
            raise InvalidData.at(name, "was fixed when the experiment started; create a new experiment for another one")
    after = changed.get("variants", before)
    parts = ("id", "weight", "config", "source_ids")
    if [[one[part] for part in parts] for one in after] != [[one[part] for part in parts] for one in before]:
        raise InvalidData.at(
            "variants", "were fixed when the experiment started, but for their names; create a new experiment"
        )
