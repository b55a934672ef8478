"""The notebook that analyses texts, on a small shop."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine

from adplanning.batch import NOTEBOOKS
from adplanning.batch_kernel import secret_files
from adplanning.core.settings import Settings
from adplanning.store.session import reading
from adplanning.store.tables.opinions import Sentiment
from tests.notebooks.test_batch_notebooks import run
from tests.ui.visiting import everything


def test_it_analyses_what_waits_and_a_second_run_changes_nothing(shop_engine: Engine, settings: Settings) -> None:
    first = run(shop_engine, "analyze_sentiment", settings)
    before = everything(shop_engine)["sentiments"]
    second = run(shop_engine, "analyze_sentiment", settings)
    assert first.summary["n_analysed"] == first.summary["n_texts"] == len(before) > 0
    assert (second.summary["n_analysed"], second.summary["n_texts"]) == (0, len(before))
    assert everything(shop_engine)["sentiments"] == before
    with reading(shop_engine) as session:
        assert {row.analyser for row in session.query(Sentiment)} == {"vader"}


def test_afresh_it_keeps_each_row_and_from_a_day_on_it_leaves_what_was_said_before(
    shop_engine: Engine, settings: Settings
) -> None:
    late = run(shop_engine, "analyze_sentiment", settings, from_date="2026-10-26")
    everything_else = run(shop_engine, "analyze_sentiment", settings)
    again = run(shop_engine, "analyze_sentiment", settings, afresh="true")
    assert late.summary["n_analysed"] > 0 < everything_else.summary["n_analysed"]
    assert late.summary["n_analysed"] + everything_else.summary["n_analysed"] == again.summary["n_analysed"]
    assert again.summary["n_texts"] == again.summary["n_analysed"]


def test_its_kernel_finds_the_token_of_the_own_analyser_and_no_other(settings: Settings) -> None:
    known = settings.model_copy(
        update={"sentiment_token": SecretStr("own-token"), "meta_access_token": SecretStr("meta-token")}
    )
    found = {}
    for name, notebook in NOTEBOOKS.items():
        with secret_files(known, notebook.secrets) as environment:
            found[name] = {file.name for file in Path(environment["ADPLANNING_SECRETS_DIR"]).iterdir()}
    assert found["analyze_sentiment"] == {"ADPLANNING_SENTIMENT_TOKEN"}
    assert found["sync_meta_ads"] == {"ADPLANNING_META_ACCESS_TOKEN"}
    assert found["attribute_conversions"] == set()
