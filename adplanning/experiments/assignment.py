"""Which variant a subject sees: always the same one, without a list of who saw what."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns


def assigned_variant(experiment_id: str, subject: str, variants: Sequence[tuple[str, float]]) -> str:
    """The variant of one subject.

    Formula: u = the first 8 bytes of SHA-256("experiment_id:subject") as a whole number / 2⁶⁴; the first variant whose
    weight, added to those before it, is above u · Σ weights. Of experiments with other ids a subject's are independent.

    Parameters
    ----------
    experiment_id, subject : any texts; they are read as UTF-8.
    variants : (id, weight) in their order, of any sum; a weight of 0 gets nobody.

    Raises
    ------
    InvalidData : no weight above 0, or one below.

    Source: Kohavi, Tang and Xu (2020), Trustworthy online controlled experiments, chapter 4.

    >>> [assigned_variant("banner", subject, [("control", 50), ("summer", 50)]) for subject in ("ann", "bo", "ann")]
    ['control', 'summer', 'control']
    """
    return _assigned(experiment_id, subject, _bounds(variants))


def assigned_variants(
    subjects: pl.DataFrame, experiment_id: str, variants: Sequence[tuple[str, float]]
) -> pl.DataFrame:
    """The variants of many subjects, each as of `assigned_variant`.

    Parameters
    ----------
    subjects : one row per subject: subject (text); further columns are carried along.
    experiment_id, variants : as of `assigned_variant`.

    Returns
    -------
    The subjects with `variant_id`.

    >>> assigned_variants(pl.DataFrame({"subject": ["ann", "bo"]}), "banner", [("control", 50), ("summer", 50)]).rows()
    [('ann', 'control'), ('bo', 'summer')]
    """
    require_columns(subjects, ["subject"], what="subjects")
    bounds = _bounds(variants)
    found = [_assigned(experiment_id, subject, bounds) for subject in subjects["subject"]]
    return subjects.with_columns(pl.Series("variant_id", found, dtype=pl.String))


def _bounds(variants: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Up to which whole number of 64 bits each variant that gets somebody reaches."""
    total = sum(weight for _, weight in variants)
    if total <= 0 or any(weight < 0 for _, weight in variants):
        raise InvalidData.at("variants", "need weights of 0 or more, at least one of them above 0")
    reached, bounds = 0.0, []
    for name, weight in variants:
        reached += weight
        if weight > 0:
            bounds.append((name, reached / total * 2**64))
    return bounds


def _assigned(experiment_id: str, subject: str, bounds: Sequence[tuple[str, float]]) -> str:
    # Halves of a pair of surrogates, which only a broken text has, are no reason to fail.
    text = f"{experiment_id}:{subject}".encode("utf-8", "surrogatepass")
    number = int.from_bytes(hashlib.sha256(text).digest()[:8])
    # The last one also where the sum of the weights falls short of its total by rounding.
    return next((name for name, bound in bounds if number < bound), bounds[-1][0])
