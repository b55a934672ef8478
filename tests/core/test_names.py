from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.names import name_key, with_name_key


@pytest.mark.parametrize(
    "spelling",
    ["Summer Sale", "summer_sale", "SUMMER-SALE", "summer+sale", "Summer%20Sale", " summer  sale ", "summer.sale",
     "Summer|Sale", "summer / sale", "summer\u00a0sale", "--summer__sale--", "ｓｕｍｍｅｒ sale"],
)  # fmt: skip
def test_spellings_of_one_campaign_have_one_key(spelling: str) -> None:
    assert name_key(spelling) == "summer-sale"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("brand_us_q1", "brand_us_q2"),
        ("sale", "sales"),
        ("sale 1", "sale 11"),
        ("summer sale", "summersale"),
        ("família", "familia"),
        ("दिवाली", "होली"),
        ("a+b", "ab"),
    ],
)
def test_different_campaigns_have_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_letters_written_in_two_ways_are_the_same_letters() -> None:
    assert name_key("caf\u00e9") == name_key("cafe\u0301")
    assert name_key("STRASSE") == name_key("straße")
    assert name_key("ταΐζω") == name_key("ΤΑΪ́ΖΩ")


@pytest.mark.parametrize("name", ["", " ", "---", "+", "%20"])
def test_a_name_of_separators_only_has_an_empty_key(name: str) -> None:
    assert name_key(name) == ""


@given(name=st.text().filter(lambda name: "%" not in name))
def test_the_key_of_a_key_is_itself(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@given(words=st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), min_size=1, max_size=5))
def test_case_and_separators_never_matter(words: list[str]) -> None:
    assert name_key("_".join(words)) == name_key("  ".join(words).upper()) == "-".join(words)


def test_a_column_of_names_gets_the_key_of_each() -> None:
    frame = pl.DataFrame({"name": ["A B", None, "a_b", "C", "A B", ""]})
    keyed = with_name_key(frame, "name", into="name_key")
    assert keyed["name_key"].to_list() == ["a-b", None, "a-b", "c", "a-b", ""]
    assert keyed["name"].to_list() == frame["name"].to_list()


@pytest.mark.parametrize("names", [[], [None, None]])
def test_a_column_without_names_gets_no_keys(names: list[None]) -> None:
    keyed = with_name_key(pl.DataFrame({"name": names}, schema={"name": pl.String}), "name", into="key")
    assert keyed.schema["key"] == pl.String
    assert keyed["key"].to_list() == names
