"""What may be left of persons who were erased."""

from __future__ import annotations

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from adplanning.people.erasures import ERASED, ErasedKind, Marks, contact_hash, kept_data

TEXTS = st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 99) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)
ASHA = Marks(frozenset({"asha@example.in"}), frozenset({"9876543210"}))


def test_the_hash_is_a_keyed_blake2b_of_its_kind() -> None:
    expected = blake2b(b"71", digest_size=32, key=b"salt", person=b"lead").hexdigest()
    assert contact_hash(ErasedKind.lead, "71", b"salt") == expected
    assert contact_hash(ErasedKind.person, "71", b"salt") != expected


@given(JSON, st.sampled_from(["Asha@Example.in", "(98765) 432-10", 9876543210]))
def test_nothing_that_is_redacted_names_anybody(value: object, trace: object) -> None:
    assert not ASHA.are_in(str(ASHA.redacted({"a": [value, trace], str(trace): 1})))


@given(JSON)
def test_what_names_nobody_stays_as_it_is(value: object) -> None:
    if not ASHA.are_in(str(value)):
        assert ASHA.redacted(value) == value


def test_a_name_beyond_ascii_is_found_as_json_writes_it_too() -> None:
    jose = Marks(frozenset({"josé@example.es"}))
    assert jose.are_in('{"email": "jos\\u00e9@example.es"}')
    assert jose.redacted(["José@example.es"]) == [ERASED]


def test_free_data_is_kept_only_where_a_number_needs_it() -> None:
    assert kept_data({"seconds": 12, "page": "/asha", "value": "9876543210"}) == {"seconds": 12}
