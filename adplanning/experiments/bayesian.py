"""How probable it is that a treatment is better, and what choosing it would cost if it is not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from adplanning.experiments.effects import Moments
from adplanning.experiments.statistics import VariantStatistics


@dataclass(frozen=True, slots=True)
class Bayesian:
    """How probable it is that the treatment is better, and by how much it is worse on average, 0 where it is better."""

    probability_to_beat_control: float | None = None
    expected_loss: float | None = None


# Where the posteriors bend: between neighbours both are smooth enough for one rule of Gauss and Legendre.
_TAILS: Final = np.array([1e-14, 1e-10, 1e-7, 1e-4, 1e-2, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1 - 1e-4, 1 - 1e-7, 1 - 1e-10])
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def beta_posterior(control: VariantStatistics, treatment: VariantStatistics) -> Bayesian:
    """The Bayesian view of two shares of converted subjects, more being better.

    Formula: with C ~ Beta(1 + x₀, 1 + n₀ − x₀) and T likewise: P(T > C) = ∫ f_T·F_C, and the expected loss of choosing
    the treatment E[max(C − T, 0)] = ∫ F_T·(1 − F_C), both by quadrature. The prior Beta(1, 1) holds every share alike
    likely.

    Returns
    -------
    The probability, 0–1, and the loss in shares; swapping both makes it 1 − probability. Null without subjects.

    Source: Stucchio (2015), Bayesian A/B testing at VWO; the integrals hold for any two independent variables.

    >>> seen = beta_posterior(VariantStatistics(0 + 1, 0), VariantStatistics(1, 1))  # Beta(1, 2) and Beta(2, 1)
    >>> round(seen.probability_to_beat_control, 6), round(seen.expected_loss, 6)  # 5/6 and 1/30
    (0.833333, 0.033333)
    """
    if not control.n_subjects or not treatment.n_subjects:
        return Bayesian()
    c, t = _posterior(control), _posterior(treatment)
    bends = np.unique(np.concatenate([[0.0, 1.0], special.betaincinv(*c, _TAILS), special.betaincinv(*t, _TAILS)]))
    half = np.diff(bends)[:, None] / 2
    at = (bends[:-1, None] + half + half * _NODES).ravel()
    width = (half * _WEIGHTS).ravel()
    density = width * _density(at, *t)
    # By its own sum, which takes the error of a large posterior's constant away.
    beats = float((density * special.betainc(*c, at)).sum() / density.sum())
    loss = float((width * special.betainc(*t, at) * special.betaincc(*c, at)).sum())
    return Bayesian(probability_to_beat_control=min(1.0, beats), expected_loss=loss)


def normal_posterior(control: Moments, treatment: Moments, *, lower_is_better: bool) -> Bayesian:
    """The Bayesian view of two estimates with many subjects each.

    Formula: the gain G, which is the difference, or its negative where lower is better, is normal with the variance
    s² = v₀ + v₁ (a flat prior): P(G > 0) = Φ(g / s), and E[max(−G, 0)] = s·φ(g / s) − g·Φ(−g / s).

    Returns
    -------
    The probability, 0–1, and the loss in units of the metric. Null where a variance is unknown or both are 0.

    >>> seen = normal_posterior(Moments(100, 5.0, 0.5), Moments(100, 5.0, 0.5), lower_is_better=False)
    >>> seen.probability_to_beat_control, round(seen.expected_loss, 4)
    (0.5, 0.3989)
    """
    if control.variance is None or treatment.variance is None or control.variance + treatment.variance <= 0:
        return Bayesian()
    spread = math.sqrt(control.variance + treatment.variance)
    gain = (treatment.estimate - control.estimate) * (-1 if lower_is_better else 1)
    z = gain / spread
    height = math.exp(-z * z / 2) / math.sqrt(2 * math.pi) if abs(z) < 40 else 0.0
    return Bayesian(
        probability_to_beat_control=float(special.ndtr(z)),
        expected_loss=max(0.0, spread * height - gain * float(special.ndtr(-z))),
    )


def _posterior(statistics: VariantStatistics) -> tuple[float, float]:
    return 1.0 + statistics.n_converted, 1.0 + statistics.n_subjects - statistics.n_converted


def _density(at: npt.NDArray[np.float64], a: float, b: float) -> npt.NDArray[np.float64]:
    logs = special.xlogy(a - 1, at) + special.xlog1py(b - 1, -at)
    density: npt.NDArray[np.float64] = np.exp(logs - logs.max())
    return density
