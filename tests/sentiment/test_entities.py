"""Names."""

from __future__ import annotations

from adplanning.sentiment.entities import entities


def test_the_first_word_of_a_sentence_is_no_name_but_what_follows_it_may_be() -> None:
    assert entities("Lovely quilt. Jaipur Block Print it is.") == ["Block Print"]


def test_each_name_stands_once() -> None:
    assert entities("we love Meera and Meera loves us, @loom @loom") == ["@loom", "Meera"]


def test_shouting_names_nobody() -> None:
    assert entities("WORST SHOP EVER. i am SO ANGRY") == []
    assert entities("we flew to NYC") == ["NYC"]


def test_an_address_of_e_mail_is_no_handle() -> None:
    assert entities("write to asha@example.in") == []


def test_no_text_has_more_than_ten() -> None:
    assert len(entities(" and ".join(f"with Name{n}" for n in range(50)))) == 10
