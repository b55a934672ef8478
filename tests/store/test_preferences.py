"""What was chosen on a page, in place of what the environment says."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, update

from adplanning.core.errors import InvalidData
from adplanning.core.settings import Settings
from adplanning.store.preferences import ENVIRONMENTS, choose, forget, preferences, with_preferences
from adplanning.store.session import reading, writing
from adplanning.store.tables.operations import Preference

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


@pytest.fixture
def settings() -> Settings:
    return Settings(currency="INR", timezone="Asia/Kolkata", _env_file=None)


def chosen(engine: Engine, name: str, value: str) -> None:
    with writing(engine) as session:
        choose(session, name, value, by="Asha", now=NOW)


def test_a_choice_goes_before_the_environment_until_it_is_forgotten(any_engine: Engine, settings: Settings) -> None:
    chosen(any_engine, "currency", "usd")
    chosen(any_engine, "timezone", "Europe/Berlin")
    now = with_preferences(any_engine, settings)
    assert (now.currency, now.zone.key) == ("USD", "Europe/Berlin")
    assert (now.start_currency, now.start_zone.key) == ("INR", "Asia/Kolkata")
    with writing(any_engine) as session:
        forget(session, "currency", by="Ravi", now=NOW)
    # Also where the settings had the choice in them already.
    later = with_preferences(any_engine, now)
    assert (later.currency, later.timezone, later.start_currency) == ("INR", "Europe/Berlin", "INR")
    with reading(any_engine) as session:
        row = preferences(session)["currency"]
        assert (row.value, row.changed_by) == (ENVIRONMENTS, "Ravi")


def test_a_choice_says_who_made_it_last_and_when(any_engine: Engine) -> None:
    chosen(any_engine, "currency", "USD")
    chosen(any_engine, "currency", "EUR")
    with reading(any_engine) as session:
        [(name, row)] = preferences(session).items()
        assert (name, row.value, row.changed_by, row.changed_at) == ("currency", "EUR", "Asha", NOW)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("currency", "RUPEE", "is not an ISO 4217 currency code"),
        ("currency", "", "is not an ISO 4217 currency code"),
        ("timezone", "India", "is not a time zone"),
        ("timezone", "../../etc/passwd", "is not a time zone"),
        ("timezone", "localtime", "is not a time zone"),
        ("home", "/", "choose one of: currency, timezone"),
    ],
)
def test_a_value_that_is_none_is_refused(engine: Engine, name: str, value: str, reason: str) -> None:
    with pytest.raises(InvalidData, match=reason):
        chosen(engine, name, value)
    with pytest.raises(InvalidData), writing(engine) as session:
        forget(session, "home", by="Asha", now=NOW)


def test_a_value_that_was_spoilt_in_the_store_is_left_out_with_a_word_in_the_log(
    engine: Engine, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    chosen(engine, "currency", "USD")
    chosen(engine, "timezone", "Europe/Berlin")
    with writing(engine) as session:
        session.execute(update(Preference).where(Preference.name == "currency").values(value="RUPEE"))
        session.add(Preference(name="colour", value="red", changed_by=None, changed_at=NOW))
    with caplog.at_level(logging.WARNING):
        now = with_preferences(engine, settings)
    assert (now.currency, now.timezone) == ("INR", "Europe/Berlin")
    assert sorted(record.getMessage() for record in caplog.records) == [
        "a preference is left out: currency: 'RUPEE' is not an ISO 4217 currency code; use three letters such as INR or"
        " USD",
        "a preference is left out: name: unknown value 'colour'; choose one of: currency, timezone.",
    ]
