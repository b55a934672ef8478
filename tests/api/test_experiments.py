"""Experiments over HTTP, on both databases: their life, what their subjects did, and what that shows."""

from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select

from adplanning.api.access import key_hash
from adplanning.store.session import reading, writing
from adplanning.store.tables.experiments import ExperimentSubject
from adplanning.store.tables.operations import ApiKey
from tests.people.held import NOON

URL = "/admin/ad-planning/experiments"
THREE = [
    {"id": "now", "name": "As it is", "weight": 50},
    {"id": "red", "name": "Red", "weight": 25, "config": {"colour": "#f00"}},
    {"id": "blue", "name": "Blue", "weight": 25},
]


@pytest.fixture
def engine(any_engine: Engine) -> Engine:
    return any_engine


def made(admin: TestClient, **fields: Any) -> str:
    answer = admin.post(URL, json={"name": "Summer banner", **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["experiment"]["id"])


def running(admin: TestClient, **fields: Any) -> str:
    experiment_id = made(admin, **fields)
    assert admin.post(f"{URL}/{experiment_id}/start").status_code == 200
    return experiment_id


def observe(admin: TestClient, experiment_id: str, *observations: Any) -> dict[str, Any]:
    answer = admin.post(f"{URL}/{experiment_id}/observations", json={"observations": list(observations)})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def arms(admin: TestClient, experiment_id: str, control: tuple[int, int], treatment: tuple[int, int]) -> None:
    told = [
        {"variant": variant, "subjects": n, "conversions": converted}
        for variant, (n, converted) in (("control", control), ("treatment", treatment))
    ]
    assert observe(admin, experiment_id, *told) == {"accepted": 2, "rejected": []}


def results(admin: TestClient, experiment_id: str) -> dict[str, Any]:
    answer = admin.get(f"{URL}/{experiment_id}/results")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_draft_has_the_defaults_of_the_contract(admin: TestClient) -> None:
    answer = admin.post(URL, json={"name": " Summer banner "})
    assert answer.status_code == 201
    draft = answer.json()["experiment"]
    assert draft["id"].startswith("exp_")
    assert (
        draft.items()
        >= {
            "name": "Summer banner",
            "experiment_type": "landing_page",
            "primary_metric": "conversion_rate",
            "source": "observations",
            "status": "draft",
            "control_name": "Control",
            "treatment_name": "Treatment",
            "traffic_split": 50.0,
            "confidence_level": 0.95,
            "auto_stop": False,
            "currency": "INR",
            "results": None,
            "is_significant": None,
            "p_value": None,
            "started_at": None,
            "ended_at": None,
        }.items()
    )
    assert admin.get(f"{URL}/{draft['id']}").json() == answer.json()
    assert admin.get(URL).json() == {"experiments": [draft], "count": 1, "limit": 50, "offset": 0}


def test_both_forms_of_variants_give_the_same_experiment(admin: TestClient) -> None:
    pair = {
        "control_name": "Winter",
        "treatment_name": "Summer",
        "control_config": {"colour": "blue"},
        "treatment_config": {"colour": "red"},
        "traffic_split": 70,
    }
    by_pair = admin.get(f"{URL}/{made(admin, **pair)}").json()["experiment"]
    variants = [
        {"id": "control", "name": "Winter", "weight": 70, "config": {"colour": "blue"}},
        {"id": "treatment", "name": "Summer", "weight": 30, "config": {"colour": "red"}},
    ]
    by_list = admin.get(f"{URL}/{made(admin, variants=variants)}").json()["experiment"]
    told = ("variants", *pair)
    assert [by_pair[name] for name in told] == [by_list[name] for name in told]
    # What was answered can be sent back as it is.
    assert admin.put(f"{URL}/{by_pair['id']}", json=by_pair).json()["experiment"] == by_pair


def test_a_bad_field_is_refused_by_its_name(admin: TestClient) -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"a": deep}
    bad: list[tuple[dict[str, Any], str]] = [
        ({}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 1_000_000}, "name"),
        ({"name": "x", "minimum_detectable_effect": 1e308}, "minimum_detectable_effect"),
        ({"name": "x", "variants": THREE[:2]}, "variants"),
        ({"name": "x", "control_config": deep}, "control_config"),
        ({"name": "x", "source": "campaigns"}, "variants.0.source_ids"),
    ]
    for body, named in bad:
        answer = admin.post(URL, json=body)
        assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, named)
    assert admin.get(URL).json()["count"] == 0


def test_a_list_counts_what_its_filters_let_through(admin: TestClient) -> None:
    made(admin, experiment_type="audience")
    running(admin, website_id="web_1")
    for name, value, n in (
        ("status", "draft", 1),
        ("status", "running", 1),
        ("status", "paused", 0),
        ("experiment_type", "audience", 1),
        ("website_id", "web_1", 1),
        ("source", "campaigns", 0),
        ("q", "SUMMER", 2),
        ("q", "autumn", 0),
        ("limit", "0", 2),
    ):
        assert admin.get(URL, params={name: value}).json()["count"] == n, (name, value)
    refused = admin.get(URL, params={"status": "open"})
    assert (refused.status_code, refused.json()["issues"][0]["path"]) == (400, "status")


def test_every_state_takes_only_what_it_may(admin: TestClient) -> None:
    experiment_id = made(admin)

    def say(action: str, status: int) -> str:
        answer = admin.post(f"{URL}/{experiment_id}/{action}")
        assert answer.status_code == status, answer.text
        return str(answer.json()["message"])

    assert "draft" in say("pause", 400)
    assert "draft" in say("stop", 400)
    say("start", 200)
    assert "already running" in say("start", 400)
    assert "running" in admin.put(f"{URL}/{experiment_id}", json={"name": "x"}).json()["message"]
    assert "running" in admin.delete(f"{URL}/{experiment_id}").json()["message"]
    say("pause", 200)
    assert "already paused" in say("pause", 400)
    assert "paused" in admin.delete(f"{URL}/{experiment_id}").json()["message"]
    say("start", 200)
    say("stop", 200)
    assert "already completed" in say("stop", 400)
    assert "already completed" in say("pause", 400)
    assert "Cannot restart a completed experiment" in say("start", 400)
    assert "completed" in admin.put(f"{URL}/{experiment_id}", json={"name": "x"}).json()["message"]
    assert "completed" in admin.delete(f"{URL}/{experiment_id}").json()["message"]
    told = admin.get(f"{URL}/{experiment_id}/changes").json()["changes"]
    assert [one["what"] for one in told] == ["created", "started", "paused", "resumed", "completed"]
    assert {one["by"] for one in told} == {"API: admin key"}


def test_a_draft_is_deleted_with_its_trail(admin: TestClient) -> None:
    experiment_id = made(admin)
    assert admin.delete(f"{URL}/{experiment_id}").json() == {"id": experiment_id, "deleted": True}
    for path in ("", "/results", "/sequence", "/changes"):
        assert admin.get(f"{URL}/{experiment_id}{path}").status_code == 404
    for action in ("start", "pause", "stop"):
        assert admin.post(f"{URL}/{experiment_id}/{action}").status_code == 404
    assert admin.post(f"{URL}/{experiment_id}/observations", json={"observations": []}).status_code == 404


def test_the_trail_names_the_key_that_asked(admin: TestClient, engine: Engine) -> None:
    with writing(engine) as session:
        session.add(ApiKey(id="key_1", name="agency", role="analyst", key_hash=key_hash("secret"), created_at=NOON))
    admin.headers["Authorization"] = "Bearer secret"
    experiment_id = made(admin)
    [change] = admin.get(f"{URL}/{experiment_id}/changes").json()["changes"]
    assert change["by"] == "API: agency"


def test_a_paused_experiment_cannot_become_another_one(admin: TestClient) -> None:
    experiment_id = running(admin, variants=THREE)
    admin.post(f"{URL}/{experiment_id}/pause")

    def put(**fields: Any) -> tuple[int, str]:
        answer = admin.put(f"{URL}/{experiment_id}", json=fields)
        return answer.status_code, answer.json().get("issues", [{"path": ""}])[0]["path"]

    assert put(name="Spring banner", target_sample_size=5000, control_name="Before") == (200, "")
    assert put(primary_metric="revenue") == (400, "primary_metric")
    assert put(confidence_level=0.9) == (400, "confidence_level")
    assert put(variants=[{**one, "weight": weight} for one, weight in zip(THREE, (20, 40, 40), strict=True)])[0] == 400
    assert put(name=None) == (400, "name")
    last = admin.get(f"{URL}/{experiment_id}/changes").json()["changes"][-1]
    assert last["details"]["name"] == {"before": "Summer banner", "after": "Spring banner"}


def test_results_without_data_are_zeros_and_inconclusive(admin: TestClient) -> None:
    found = results(admin, made(admin))
    statistics = found["statistics"]
    nobody = {"conversions": 0, "samples": 0, "rate": 0.0, "confidenceInterval": {"lower": 0.0, "upper": 0.0}}
    assert statistics["control"] == statistics["treatment"] == nobody
    assert (statistics["zScore"], statistics["pValue"], statistics["winner"]) == (0.0, None, "inconclusive")
    assert statistics["significance"]["level"] == "none"
    assert statistics["significance"]["confident"] is False
    assert statistics["lift"] == {
        "lift": 0.0, "liftPercent": 0.0, "direction": "neutral", "lower": None, "upper": None,
    }  # fmt: skip
    assert statistics["sample_ratio"] == {"p_value": None, "ok": True}
    assert found["progress"]["total_samples"] == 0
    assert found["runtime"]["total_ms"] == 0


def test_results_are_those_of_a_pooled_z_test(admin: TestClient) -> None:
    experiment_id = running(admin, target_sample_size=4000)
    arms(admin, experiment_id, (1000, 100), (1000, 140))
    found = results(admin, experiment_id)
    statistics = found["statistics"]
    assert statistics["control"]["rate"] == 0.1
    # prop.test(c(140, 100), c(1000, 1000), correct = FALSE): X-squared 7.5758, p 0.005915
    assert statistics["zScore"] ** 2 == pytest.approx(7.5758, abs=1e-4)
    assert statistics["pValue"] == pytest.approx(0.005915, abs=1e-6)
    assert statistics["lift"]["liftPercent"] == pytest.approx(40)
    assert statistics["lift"]["direction"] == "positive"
    assert statistics["significance"]["level"] == "high"
    assert statistics["winner"] == "treatment"
    assert statistics["difference"]["value"] == pytest.approx(0.04)
    assert statistics["bayesian"]["probability_to_beat_control"] > 0.99
    assert statistics["sequential"]["safe_to_stop"] is False
    assert found["progress"] == {
        "percent": 50.0, "total_samples": 2000, "target_samples": 4000, "required_per_variant": None,
    }  # fmt: skip
    assert [one["code"] for one in found["warnings"]] == ["peeking"]
    kept = admin.get(f"{URL}/{experiment_id}").json()["experiment"]
    assert (kept["is_significant"], kept["p_value"]) == (True, statistics["pValue"])
    assert kept["improvement_percent"] == pytest.approx(40)


def test_every_variant_is_held_against_the_control(admin: TestClient) -> None:
    experiment_id = running(admin, variants=THREE)
    observe(
        admin,
        experiment_id,
        {"variant": "now", "subjects": 10_000, "conversions": 1000},
        {"variant": "Red", "subjects": 5000, "conversions": 505},
        {"variant": "blue", "subjects": 5000, "conversions": 620},
    )
    found = results(admin, experiment_id)
    now, red, blue = found["variants"]
    assert (now["is_control"], now["rate"], now["pValue"], now["lift"]) == (True, 0.1, None, None)
    # Of two, Holm doubles the smaller p-value.
    assert blue["p_value_adjusted"] == pytest.approx(2 * blue["pValue"])
    assert (blue["difference"]["value"], blue["is_better"]) == (pytest.approx(0.024), True)
    assert red["significance"]["confident"] is False
    assert (found["winner_id"], found["statistics"]["winner"]) == ("blue", "treatment")
    assert found["statistics"]["treatment"]["conversions"] == 620
    assert admin.get(f"{URL}/{experiment_id}/sequence").json()["sequences"][1]["variant_id"] == "blue"


def test_stopping_keeps_the_results_and_the_decision(admin: TestClient) -> None:
    experiment_id = running(admin)
    arms(admin, experiment_id, (1000, 100), (1000, 140))
    unknown = admin.post(f"{URL}/{experiment_id}/stop", json={"winner": "third"})
    assert (unknown.status_code, unknown.json()["issues"][0]["path"]) == (400, "winner")
    answer = admin.post(f"{URL}/{experiment_id}/stop", json={"reason": "the season is over", "winner": "control"})
    stopped = answer.json()["experiment"]
    assert (stopped["status"], stopped["winner"], stopped["stop_reason"]) == (
        "completed", "control", "the season is over",
    )  # fmt: skip
    assert stopped["ended_at"] is not None
    assert answer.json()["results"] == stopped["results"]
    after = results(admin, experiment_id)
    after.pop("experiment")
    assert after == stopped["results"]


def test_without_a_word_the_winner_is_what_was_found(admin: TestClient) -> None:
    for treatment, winner in (((1000, 160), "treatment"), ((1000, 101), "inconclusive")):
        experiment_id = running(admin)
        arms(admin, experiment_id, (1000, 100), treatment)
        assert admin.post(f"{URL}/{experiment_id}/stop").json()["experiment"]["winner"] == winner


def test_single_subjects_add_up_and_those_of_two_variants_are_left_out(admin: TestClient) -> None:
    experiment_id = running(admin, primary_metric="revenue")
    told = observe(
        admin,
        experiment_id,
        {"variant": "control", "subject": "v1"},
        {"variant": "control", "subject": "v1", "value": 250},
        {"variant": "treatment", "subject": "v2", "value": 100},
        {"variant": "treatment", "subject": "v3", "value": 40, "converted": False},
    )
    assert told == {"accepted": 4, "rejected": []}
    observe(admin, experiment_id, {"variant": "treatment", "subject": "v2", "value": 20})
    observe(admin, experiment_id, {"variant": "control", "subject": "v3"})
    found = results(admin, experiment_id)
    control, treatment = (found["statistics"][arm] for arm in ("control", "treatment"))
    assert (control["samples"], control["conversions"], control["rate"]) == (1, 1, 250.0)
    assert (treatment["samples"], treatment["conversions"], treatment["rate"]) == (1, 1, 120.0)
    assert found["experiment"]["contaminated_subjects"] == 1


def test_a_bad_observation_is_told_by_its_place_and_the_others_are_stored(admin: TestClient) -> None:
    experiment_id = running(admin)
    bad = ["text", {"variant": "third", "subject": "v"}, {"variant": "control", "subject": "v", "value": 1e308}]
    told = observe(admin, experiment_id, *bad, {"variant": "control", "subject": "good", "value": 5})
    assert told["accepted"] == 1
    assert [one["index"] for one in told["rejected"]] == [0, 1, 2]
    assert "unknown value 'third'; choose one of: control, treatment" in told["rejected"][1]["message"]
    assert results(admin, experiment_id)["statistics"]["control"]["samples"] == 1


def test_what_is_no_number_is_never_stored(admin: TestClient) -> None:
    experiment_id = running(admin)
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        body = f'{{"observations": [{{"variant": "control", "subject": "v", "value": {number}}}]}}'
        answer = admin.post(f"{URL}/{experiment_id}/observations", content=body)
        assert answer.status_code == 400 or answer.json()["accepted"] == 0
    assert results(admin, experiment_id)["statistics"]["control"]["samples"] == 0


def test_only_a_running_experiment_takes_observations(admin: TestClient) -> None:
    experiment_id = made(admin)
    body = {"observations": [{"variant": "control", "subjects": 5}]}
    answer = admin.post(f"{URL}/{experiment_id}/observations", json=body)
    assert answer.status_code == 400
    assert "only a running experiment takes observations; this one is draft" in answer.json()["message"]
    fed = running(admin, source="campaigns", control_source_ids=["camp_1"], treatment_source_ids=["camp_2"])
    refused = admin.post(f"{URL}/{fed}/observations", json=body)
    assert (refused.status_code, refused.json()["issues"][0]["path"]) == (400, "source")


def test_at_most_ten_thousand_observations_are_taken_at_once(admin: TestClient) -> None:
    experiment_id = running(admin)
    one = {"variant": "control", "subjects": 1}
    assert observe(admin, experiment_id, *[one] * 10_000)["accepted"] == 10_000
    body = {"observations": [one] * 10_001}
    assert admin.post(f"{URL}/{experiment_id}/observations", json=body).status_code == 400
    assert results(admin, experiment_id)["statistics"]["control"]["samples"] == 10_000


def test_it_stops_itself_when_the_always_valid_result_is_sure(admin: TestClient) -> None:
    experiment_id = running(admin, auto_stop=True)
    # The fixed horizon would say so already; whoever looks daily may not go by it.
    arms(admin, experiment_id, (1000, 100), (1000, 140))
    assert admin.get(f"{URL}/{experiment_id}").json()["experiment"]["status"] == "running"
    arms(admin, experiment_id, (3000, 300), (3000, 480))
    stopped = admin.get(f"{URL}/{experiment_id}").json()["experiment"]
    assert (stopped["status"], stopped["winner"]) == ("completed", "treatment")
    last = admin.get(f"{URL}/{experiment_id}/changes").json()["changes"][-1]
    assert (last["what"], last["by"]) == ("completed", "auto_stop")
    assert last["details"]["reason"] == "The always-valid result is sure: Treatment is better than Control"


def test_it_stops_itself_at_the_planned_number_of_subjects(admin: TestClient) -> None:
    experiment_id = running(admin, auto_stop=True, target_sample_size=2000)
    arms(admin, experiment_id, (999, 100), (1000, 100))
    assert admin.get(f"{URL}/{experiment_id}").json()["experiment"]["status"] == "running"
    observe(admin, experiment_id, {"variant": "control", "subject": "last"})
    stopped = admin.get(f"{URL}/{experiment_id}").json()["experiment"]
    assert (stopped["status"], stopped["winner"]) == ("completed", "inconclusive")
    assert stopped["stop_reason"] == "The planned 2,000 subjects are reached"


def test_a_subject_always_gets_the_same_variant_in_the_planned_parts(admin: TestClient) -> None:
    experiment_id = made(admin, traffic_split=80)

    def variant(subject: str) -> str:
        answer = admin.get(f"{URL}/{experiment_id}/assignment", params={"subject": subject})
        return str(answer.json()["variant"]["id"])

    first = [variant(f"visitor-{n}") for n in range(60)]
    assert [variant(f"visitor-{n}") for n in range(20)] == first[:20]
    assert 40 <= first.count("control") <= 56
    assert admin.get(f"{URL}/{experiment_id}/assignment").status_code == 400


def test_the_sample_size_is_that_of_power_prop_test(admin: TestClient) -> None:
    query = {"baseline": "0.05", "mde": "0.2", "daily_subjects": "1000"}
    assert admin.get(f"{URL}/sample-size", params=query).json() == {"per_variant": 8158, "total": 16316, "days": 17}
    for name, value in (("baseline", "0"), ("mde", "nan"), ("power", "1"), ("variants", "1"), ("daily_subjects", "0")):
        refused = admin.get(f"{URL}/sample-size", params={**query, name: value})
        assert (refused.status_code, refused.json()["issues"][0]["path"]) == (400, name)


def test_two_starts_at_once_are_one(admin: TestClient) -> None:
    experiment_id = made(admin)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: admin.post(f"{URL}/{experiment_id}/start").status_code, range(4)))
    assert sorted(answers) == [200, 400, 400, 400]
    whats = [one["what"] for one in admin.get(f"{URL}/{experiment_id}/changes").json()["changes"]]
    assert whats == ["created", "started"]


def test_observations_sent_at_once_are_all_counted(admin: TestClient, engine: Engine) -> None:
    experiment_id = running(admin)

    def send(part: int) -> int:
        told = [{"variant": "control", "subject": f"v{n}", "value": 1} for n in range(part * 10, part * 10 + 20)]
        return int(observe(admin, experiment_id, *told)["accepted"])

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(8))) == 160
    with reading(engine) as session:
        n, total = session.execute(select(func.count(), func.sum(ExperimentSubject.value))).one()
    assert (n, total) == (90, 160)
    assert results(admin, experiment_id)["statistics"]["control"]["samples"] == 90


def test_no_number_of_an_answer_is_infinite_whatever_was_told(admin: TestClient) -> None:
    experiment_id = running(admin, primary_metric="roas")
    for n, value in enumerate((1e12, -1e12, 1e-300, 0)):
        for variant in ("control", "treatment"):
            told = {"variant": variant, "subject": f"{variant}-{n}", "value": value, "denominator": abs(value)}
            observe(admin, experiment_id, told)
    answer = admin.get(f"{URL}/{experiment_id}/results")
    assert answer.status_code == 200

    def numbers(value: Any) -> list[float]:
        if isinstance(value, dict):
            return [number for part in value.values() for number in numbers(part)]
        if isinstance(value, list):
            return [number for part in value for number in numbers(part)]
        return [value] if isinstance(value, float) else []

    assert all(math.isfinite(number) for number in numbers(json.loads(answer.text)))


def test_experiments_are_nobodys_without_a_key(public: TestClient) -> None:
    assert [public.get(address).status_code for address in (URL, f"{URL}/exp_1/results")] == [401, 401]
