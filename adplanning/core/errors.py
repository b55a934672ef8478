"""What can go wrong, in sentences: what is wrong with the value, what is allowed, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class AdplanningError(Exception):
    """Any refusal that its user can act on; `type` is the word the API answers with."""

    type = "unexpected"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidData(AdplanningError):
    """A value is not one of those allowed; `issues` lists (path, message) for each fault."""

    type = "invalid_data"

    def __init__(self, message: str, issues: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.issues = tuple(issues)

    @classmethod
    def at(cls, path: str, message: str) -> InvalidData:
        """One fault at one field.

        >>> InvalidData.at("limit", "must be 0 or more").message
        'limit: must be 0 or more'
        """
        return cls(f"{path}: {message}", [(path, message)])

    @classmethod
    def unknown_choice(cls, path: str, value: object, allowed: Iterable[str]) -> InvalidData:
        """A name that is not in the list, with the list and the nearest name in it.

        >>> InvalidData.unknown_choice("model", "time-decay", ["linear", "time_decay"]).message
        "model: unknown value 'time-decay'; choose one of: linear, time_decay. Did you mean 'time_decay'?"
        """
        choices = list(allowed)
        near = difflib.get_close_matches(str(value), choices, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        shown = repr(value if not isinstance(value, str) else value[:80])
        return cls.at(path, f"unknown value {shown}; choose one of: {', '.join(choices)}.{hint}")


class Unauthorized(AdplanningError):
    """No key, or one that is not known."""

    type = "unauthorized"


class Forbidden(AdplanningError):
    """A known key whose role does not allow this."""

    type = "forbidden"


class NotFound(AdplanningError):
    """No record under that id."""

    type = "not_found"


class Conflict(AdplanningError):
    """The same thing is there already, or is being changed by somebody else."""

    type = "conflict"


class TooLarge(AdplanningError):
    """More than the stated bound."""

    type = "too_large"


class RateLimited(AdplanningError):
    """Faster than allowed; try again after `retry_after_seconds`."""

    type = "rate_limited"

    def __init__(self, message: str, retry_after_seconds: int = 60) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class StoreUnavailable(AdplanningError):
    """The database cannot be reached, is locked or is full; nothing was stored, the same call may work later."""


class StoreTooNew(AdplanningError):
    """The store was written by a newer release than this code."""


class RunFailed(AdplanningError):
    """A batch run did not come to its end."""
