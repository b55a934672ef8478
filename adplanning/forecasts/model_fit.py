"""What a model of daily series says: what it had expected of each known day, and what it expects of those to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

WEEK: Final = 7


@dataclass(frozen=True)
class ModelFit:
    """One model of many series at once, a row each, in the unit that the model was given.

    `one_ahead` (series, past days) is what was expected of a day from those before it; `ahead` (series, days to come)
    what is expected now; `persistence` (series, days to come) how much of a surprise is still there 0, 1, 2 … days
    later, 1 on its own day.
    """

    one_ahead: Numbers
    ahead: Numbers
    persistence: Numbers

    def of(self, row: int) -> ModelFit:
        """One series of them, without the axis of the series."""
        return ModelFit(self.one_ahead[row], self.ahead[row], self.persistence[row])

    @classmethod
    def together(cls, parts: Sequence[ModelFit]) -> ModelFit:
        """Series that were fitted in parts, in their order."""
        return cls(
            np.concatenate([part.one_ahead for part in parts]),
            np.concatenate([part.ahead for part in parts]),
            np.concatenate([part.persistence for part in parts]),
        )


def weekday_positions(n_days: int) -> NDArray[np.int64]:
    """Number the days of a series by their place in the week, such that the first day to come has place 0.

    So series that end on different weekdays can lie beside one another.

    >>> weekday_positions(9).tolist()
    [5, 6, 0, 1, 2, 3, 4, 5, 6]
    """
    return np.arange(-n_days, 0) % WEEK
