from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import make_url

from adplanning.core.errors import InvalidData
from adplanning.core.settings import Settings, load_settings
from adplanning.core.vocabulary import PublicRevenue

KEY = "a-very-secret-key-of-32-letters!"


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.upper().startswith("ADPLANNING_"):
            monkeypatch.delenv(name)


def test_without_any_setting_it_keeps_a_sqlite_file_in_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.url == f"sqlite:///{tmp_path}/data/adplanning.db"
    assert (settings.currency, settings.timezone, settings.public_revenue) == ("INR", "UTC", PublicRevenue.counted)
    assert settings.admin_key is None
    assert settings.runs_folder == Path("data/runs")


def test_a_variable_sets_and_a_file_is_read_where_none_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("ADPLANNING_CURRENCY=eur\nADPLANNING_TIMEZONE=Asia/Kolkata\nUNRELATED=1\n")
    monkeypatch.setenv("ADPLANNING_CURRENCY", "usd")
    settings = load_settings()
    assert settings.currency == "USD"
    assert settings.zone.key == "Asia/Kolkata"


def test_a_database_url_goes_before_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_HOME", "elsewhere")
    assert load_settings().url.endswith("/elsewhere/adplanning.db")
    monkeypatch.setenv("ADPLANNING_DATABASE_URL", "postgresql://user:hidden@host/name")
    assert load_settings().url == "postgresql://user:hidden@host/name"


@pytest.mark.parametrize("name", ["a b", "what?", "50%41", "ü#", "a+b"])
def test_the_home_folder_may_have_any_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_HOME", name)
    assert make_url(load_settings().url).database == str(tmp_path / name / "adplanning.db")


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("CURRENCY", "RUPEE", "is not an ISO 4217 currency code; use three letters such as INR or USD"),
        ("TIMEZONE", "India", "is not a time zone; use a name such as Asia/Kolkata or UTC"),
        ("TIMEZONE", "../../etc/passwd", "is not a time zone"),
        ("PUBLIC_REVENUE", "maybe", "'counted' or 'confirmed_only'"),
        ("RATE_LIMIT_VISITOR", "-1", "greater than or equal to 0"),
        ("MAX_BATCH_EVENTS", "many", "valid integer"),
        ("MAX_KERNELS", "0", "greater than or equal to 1"),
        ("KERNEL_IDLE_S", "5", "greater than or equal to 10"),
    ],
)
def test_a_wrong_value_is_refused_with_its_variable_and_what_is_allowed(
    variable: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ADPLANNING_{variable}", value)
    with pytest.raises(InvalidData) as refusal:
        load_settings()
    assert refusal.value.issues[0][0] == f"ADPLANNING_{variable}"
    assert refusal.value.message.startswith(f"ADPLANNING_{variable}: ")
    assert reason in refusal.value.message


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_CURRENCY", "RUPEE")
    monkeypatch.setenv("ADPLANNING_TIMEZONE", "India")
    with pytest.raises(InvalidData) as refusal:
        load_settings()
    assert {path for path, _ in refusal.value.issues} == {"ADPLANNING_CURRENCY", "ADPLANNING_TIMEZONE"}


def test_a_secret_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_ADMIN_KEY", KEY)
    monkeypatch.setenv("ADPLANNING_DATABASE_URL", "postgresql://user:hidden@host/name")
    settings = load_settings()
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert KEY not in shown
        assert "hidden" not in shown
    assert settings.admin_key is not None
    assert settings.admin_key.get_secret_value() == KEY


def test_a_secret_that_is_too_short_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_ADMIN_KEY", "hunter2")
    with pytest.raises(InvalidData, match=r"ADPLANNING_ADMIN_KEY: .*at least 16") as refusal:
        load_settings()
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_dashboard_password_that_is_too_short_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for password in ("hunter2", ""):
        monkeypatch.setenv("ADPLANNING_DASHBOARD_PASSWORD", password)
        with pytest.raises(InvalidData, match="is shorter than 8 characters; choose a longer password") as refusal:
            load_settings()
        assert refusal.value.issues[0][0] == "ADPLANNING_DASHBOARD_PASSWORD"
        assert "hunter2" not in refusal.value.message
    monkeypatch.setenv("ADPLANNING_DASHBOARD_PASSWORD", "hunter22")
    assert "hunter22" not in repr(load_settings())


def test_hosts_and_proxies_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().host_names == load_settings().proxy_addresses == frozenset()
    monkeypatch.setenv("ADPLANNING_ALLOWED_HOSTS", "Ads.Example.com, shop.in ,")
    monkeypatch.setenv("ADPLANNING_TRUSTED_PROXIES", "10.0.0.1,10.0.0.2")
    assert load_settings().host_names == {"ads.example.com", "shop.in"}
    assert load_settings().proxy_addresses == {"10.0.0.1", "10.0.0.2"}


def test_a_secret_may_stand_in_a_file_and_is_shown_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ADPLANNING_META_ACCESS_TOKEN").write_text("EAAB-very-secret\n")
    monkeypatch.setenv("ADPLANNING_SECRETS_DIR", str(tmp_path))
    token = load_settings().meta_access_token
    assert token is not None
    assert token.get_secret_value() == "EAAB-very-secret"
    assert "EAAB" not in repr(load_settings())


@pytest.mark.parametrize("url", ["http://graph.facebook.com", "ftp://127.0.0.1", "graph.facebook.com"])
def test_a_token_is_only_sent_over_tls_or_to_this_machine(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_META_BASE_URL", url)
    with pytest.raises(InvalidData, match=r"ADPLANNING_META_BASE_URL: .*https://"):
        load_settings()
    monkeypatch.setenv("ADPLANNING_META_BASE_URL", "http://127.0.0.1:8123/")
    assert load_settings().meta_base_url == "http://127.0.0.1:8123"


def test_ad_accounts_are_told_with_or_without_their_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_META_AD_ACCOUNTS", "act_1, 2")
    assert load_settings().ad_accounts == {"1", "2"}
