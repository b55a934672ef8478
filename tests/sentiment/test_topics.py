"""Topics."""

from __future__ import annotations

from itertools import combinations

from adplanning.sentiment.topics import TOPICS, topics


def test_a_text_has_each_topic_once_in_the_order_of_the_catalogue() -> None:
    assert topics(["price", "late", "cheap", "courier"]) == ["delivery", "price"]


def test_a_text_that_names_none_has_none() -> None:
    assert topics(["lovely"]) == []


def test_no_word_stands_for_two_topics() -> None:
    for (one, words), (other, others) in combinations(TOPICS.items(), 2):
        assert not words & others, f"{one} and {other}"
