"""Keywords."""

from __future__ import annotations

import math

import pytest

from adplanning.sentiment.keywords import keywords, terms, top_keywords


def test_function_words_and_short_words_are_no_terms() -> None:
    assert terms("It is on the go, my ok") == []


def test_not_stands_with_its_word_because_it_turns_it_round() -> None:
    assert "not good" in terms("not good")


def test_a_pair_does_not_reach_over_a_comma_or_the_end_of_a_line() -> None:
    assert terms("great, late\nslow") == ["great", "late", "slow"]


def test_the_keywords_of_a_text_depend_on_that_text_alone() -> None:
    assert keywords("slow delivery, slow refund") == ["slow", "slow delivery", "slow refund", "delivery", "refund"]


def test_tf_idf_is_what_its_formula_says() -> None:
    found = {row["keyword"]: row for row in top_keywords(["late late quilt", "late bag", "quilt"]).to_dicts()}
    # Of three texts two hold each term; "bag" and the pairs stand in one alone and are left out.
    idf = math.log((1 + 3) / (1 + 2)) + 1
    first = math.hypot(2 * idf, idf)
    assert set(found) == {"late", "quilt"}
    assert found["late"]["weight"] == pytest.approx(2 * idf / first + 1, abs=1e-6)
    assert found["quilt"]["weight"] == pytest.approx(idf / first + 1, abs=1e-6)
    assert found["late"]["n_texts"] == found["quilt"]["n_texts"] == 2


def test_the_order_of_the_texts_does_not_matter() -> None:
    texts = ["slow delivery", "lovely quilt", "slow refund", "lovely delivery"]
    assert top_keywords(texts).equals(top_keywords(texts[::-1]))


@pytest.mark.parametrize("texts", [[], [""], ["it is"]])
def test_texts_without_a_term_have_no_keyword(texts: list[str]) -> None:
    assert top_keywords(texts).is_empty()
