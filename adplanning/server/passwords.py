"""How passwords are made, kept and checked: argon2 with the library's own parameters."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Without letters and digits that look alike: a password is read from a terminal once. 20 of them are 99 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()


def new_password() -> str:
    """A password that nobody has to think up, in four groups.

    >>> [len(group) for group in new_password().split("-")]
    [5, 5, 5, 5]
    """
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def password_hash(password: str) -> str:
    """What is kept of a password; takes tens of milliseconds and 64 MB, on purpose."""
    return _hasher.hash(password.encode(errors="surrogatepass"))


def is_password(password: str, kept: str | None) -> bool:
    """Whether the hash is this password's; without a hash it is not, after the same work."""
    try:
        right = _hasher.verify(kept or _nobodys_hash(), password.encode(errors="surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys_hash() -> str:
    return password_hash(secrets.token_hex(16))
