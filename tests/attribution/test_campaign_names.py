from __future__ import annotations

import polars as pl
import pytest

from adplanning.attribution.campaign_names import AS_ALIKE, LESS_ALIKE, campaign_names, candidates, named_campaigns
from adplanning.core.names import name_key

NOTHING_REFUSED = pl.DataFrame(schema={"name_key": pl.String, "campaign_id": pl.String})


def campaigns(**named: str) -> pl.DataFrame:
    rows = [(campaign_id, name, name_key(name)) for campaign_id, name in named.items()]
    return pl.DataFrame(rows, schema=["campaign_id", "name", "name_key"], orient="row")


def aliases(*rows: tuple[str, str, str]) -> pl.DataFrame:
    schema = dict.fromkeys(("name_key", "campaign_id", "decision", "name"), pl.String)
    return pl.DataFrame([(name_key(name), *rest, name) for name, *rest in rows], schema=schema, orient="row")


def asked(
    tag: str, told: pl.DataFrame, refused: pl.DataFrame = NOTHING_REFUSED, **options: float | None
) -> list[tuple]:
    given = {"cutoff": 0.88, "margin": 0.05, "shown_from": 0.6, **options}
    found = candidates(pl.Series([name_key(tag)]), told, refused, **given)
    return found.select("campaign_id", "likeness", "why_not").rows()


def test_what_people_said_goes_before_a_name_and_a_name_before_a_former_one() -> None:
    told = campaign_names(
        campaigns(c1="Sale", c2="Autumn", c3="Winter"),
        aliases(("Sale", "c2", "accepted"), ("Autumn", "c1", "former_name"), ("Letters", "c3", "former_name")),
    )
    named = {key: (ids, rank) for key, ids, rank in named_campaigns(told).iter_rows()}
    assert named == {"sale": (["c2"], 0), "autumn": (["c2"], 1), "winter": (["c3"], 1), "letters": (["c3"], 2)}


def test_a_name_that_several_bear_names_all_of_them() -> None:
    told = campaign_names(campaigns(c2="Sale", c1="sale"), aliases())
    assert named_campaigns(told).rows() == [("sale", ["c1", "c2"], 1)]


def test_a_refused_name_is_not_the_campaigns_any_more() -> None:
    told = campaign_names(campaigns(c1="Sale", c2="sale"), aliases(("SALE", "c1", "refused")))
    assert named_campaigns(told).rows() == [("sale", ["c2"], 1)]


@pytest.mark.parametrize("name", ["", "-", " | "])
def test_a_name_without_a_word_names_nothing(name: str) -> None:
    assert campaign_names(campaigns(c1=name), aliases()).is_empty()


def test_the_likest_campaign_must_lead_by_the_margin() -> None:
    told = campaign_names(campaigns(c1="Cotton Quilts Velvet Anna", c2="Cotton Quilts Velvet Berta"), aliases())
    # 1 − 5/45 against 1 − 6/46, a lead of 0.0193.
    assert asked("cotton quilts velvet", told) == [("c1", 0.8889, AS_ALIKE), ("c2", 0.8696, LESS_ALIKE)]
    assert asked("cotton quilts velvet", told, margin=0.0193)[0] == ("c1", 0.8889, None)
    # A rival below the cutoff is one, whether it is shown or not.
    for shown_from in (0.88, None):
        assert asked("cotton quilts velvet", told, shown_from=shown_from)[0] == ("c1", 0.8889, AS_ALIKE)


def test_equally_alike_campaigns_are_both_left_even_without_a_margin() -> None:
    told = campaign_names(campaigns(c1="Cotton Quilts Velvet Anna", c2="Cotton Quilts Velvet Otto"), aliases())
    expected = [("c1", 0.8889, AS_ALIKE), ("c2", 0.8889, AS_ALIKE)]
    assert asked("cotton quilts velvet", told, margin=0) == expected


def test_what_is_forbidden_is_no_rival() -> None:
    told = campaign_names(campaigns(c1="Cotton Quilts Q1", c2="Cotton Quilts Q2"), aliases())
    found = asked("cotton quilt q1", told)
    assert found[0] == ("c1", 0.9677, None)
    assert found[1] == ("c2", 0.9032, "the number differs: q1 against q2")


def test_a_campaign_is_as_alike_as_its_likest_name() -> None:
    told = campaign_names(campaigns(c1="Letters"), aliases(("Cotton Quilts", "c1", "former_name")))
    assert asked("cotton quilt", told) == [("c1", 0.96, None)]


def test_refused_campaigns_are_no_candidates() -> None:
    told = campaign_names(campaigns(c1="Cotton Quilts"), aliases())
    refused = pl.DataFrame({"name_key": ["cotton-quilt"], "campaign_id": ["c1"]})
    assert asked("cotton quilt", told, refused) == []


def test_below_the_cutoff_nothing_is_allowed() -> None:
    told = campaign_names(campaigns(c1="Cotton Quilts"), aliases())
    assert asked("cotton quilt", told, cutoff=0.97) == [("c1", 0.96, LESS_ALIKE)]
