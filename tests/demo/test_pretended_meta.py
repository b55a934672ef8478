"""The invented Meta beside a demo."""

from __future__ import annotations

import os

import pytest

from adplanning.core.settings import load_settings
from adplanning.demo.pretended_meta import pretended_meta
from adplanning.demo.shop import Shop


def test_settings_lead_to_it_only_while_it_is_there(half_year: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADPLANNING_META_ACCESS_TOKEN", "the shop's own")
    monkeypatch.delenv("ADPLANNING_META_BASE_URL", raising=False)
    with pretended_meta(half_year) as url:
        settings = load_settings()
        assert settings.meta_base_url == url
        assert settings.meta_access_token is not None
        assert settings.meta_access_token.get_secret_value() != "the shop's own"
    assert os.environ["ADPLANNING_META_ACCESS_TOKEN"] == "the shop's own"
    assert "ADPLANNING_META_BASE_URL" not in os.environ
