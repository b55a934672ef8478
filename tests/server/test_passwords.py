from __future__ import annotations

from argon2 import PasswordHasher

from adplanning.server.passwords import is_outdated, is_password, new_password, password_hash


def test_a_password_is_kept_as_an_argon2id_hash_with_its_own_salt() -> None:
    first, second = password_hash("correct horse"), password_hash("correct horse")
    assert first.startswith("$argon2id$")
    assert first != second
    assert is_password("correct horse", first)
    assert not is_password("correct horsf", first)


def test_nobody_has_a_password_and_a_broken_hash_is_nobodys() -> None:
    assert not is_password("", None)
    assert not is_password("anything", None)
    assert not is_password("none", "none")


def test_any_text_can_be_a_password() -> None:
    for password in ("पासवर्ड", "a\x00b", "\udcff", "x" * 10_000):
        assert is_password(password, password_hash(password))


def test_a_hash_with_weaker_parameters_is_outdated() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not is_outdated(password_hash("x"))


def test_made_up_passwords_differ_and_hold_no_letters_that_look_alike() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    assert not set("".join(made)) & set("0O1lI")
