"""An executed notebook as a page: readable without its code, harmless whatever its data hold."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from sqlalchemy import Engine, update

from adplanning.attribution.charts import value_against_spend
from adplanning.batch_contract import RESULT
from adplanning.batch_html import executed_html
from adplanning.batch_lease import begin_run, end_run
from adplanning.core.errors import NotFound
from adplanning.lab_charts import LAB_MIME_TYPE
from adplanning.store.session import write_transaction
from adplanning.store.tables.operations import BatchRun

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)><style>*{display:none}</style>"
Show = Callable[..., str]


class Reader(HTMLParser):
    """The tags and attributes that a browser would see, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def keep(engine: Engine, path: Path, *cells: Any) -> None:
    parameters = {"models": ["linear", "last_click"], "lookback_days": 7, "as_of": ""}
    begin_run(engine, "run_1", "attribute_conversions", parameters, now=NOON, lease_s=60)
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    message = f"4 credits of {HOSTILE} kept"
    end_run(engine, "run_1", status="succeeded", message=message, output_path=path, now=NOON)


@pytest.fixture
def show(engine: Engine, tmp_path: Path) -> Show:
    """The page of a run whose notebook holds these cells or the outputs of one."""

    def shown(*parts: Any) -> str:
        cells = [
            part if "cell_type" in part else new_code_cell("the_secret_of = 42", outputs=[part], execution_count=3)
            for part in parts
        ]
        keep(engine, tmp_path / "run_1.ipynb", *cells)
        return executed_html(engine, "run_1")

    return shown


def display(**data: Any) -> Any:
    return new_output("display_data", data={name.replace("__", "/"): value for name, value in data.items()})


def chart() -> Any:
    campaigns = pl.DataFrame({"campaign": [HOSTILE], "credited_value": [5.0], "spend": [2.0], "roas": [2.5]})
    spec = value_against_spend(campaigns, currency="INR", model="linear").to_dict()
    return new_output("display_data", data={LAB_MIME_TYPE: spec, "text/plain": "a chart"})


def harmless(html: str) -> Reader:
    read = Reader(html)
    assert {name for name, _ in read.tags} & {
        "script",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "a",
    } == set()
    for name, attributes in read.tags:
        assert not any(attribute.startswith("on") or attribute in ("style", "href") for attribute in attributes), name
        assert (attributes.get("src") or "data:image/").startswith("data:image/")
    assert [name for name, _ in read.tags].count("style") == 1, "the page's own"
    return read


def test_a_report_has_titles_texts_tables_and_no_code(show: Show) -> None:
    html = show(
        new_markdown_cell(
            "# What the campaigns earned\n\nROAS is *value* over spend.\n\n| a | b |\n|---|---|\n| 1 | 2 |"
        ),
        new_output("stream", name="stdout", text="\x1b[31m4 credits kept\x1b[0m\n"),
        new_output("stream", name="stderr", text="FutureWarning: never mind"),
        display(text__plain="done", **{RESULT: {"message": "done"}}),
    )
    read = harmless(html)
    assert "<h1>What the campaigns earned</h1>" in html
    assert "<em>value</em>" in html
    assert "<pre>4 credits kept</pre>" in html
    assert [name for name, _ in read.tags].count("table") == 1
    for unwanted in ("the_secret_of", "In [", "FutureWarning", "¶"):
        assert unwanted not in read.text
    assert "models: linear, last_click;" in read.text
    assert "as_of" not in read.text, "what was not given is not shown"


def test_a_table_of_polars_reads_like_a_table_of_the_shop(show: Show) -> None:
    frame = pl.DataFrame({"campaign": ["Diwali <3", '"Sale"', None], "spend": [1.5, None, 2.0]})
    html = show(display(text__html=frame._repr_html_(), text__plain=str(frame)))
    cells = re.findall(r"<t[dh]>(.*?)</t[dh]>", html)
    assert cells == ["campaign", "spend", "Diwali &lt;3", "1.5", "&quot;Sale&quot;", "–", "–", "2.0"]
    harmless(html)


def test_a_chart_is_a_picture_in_the_page(show: Show) -> None:
    read = harmless(show(chart()))
    [picture] = [attributes for name, attributes in read.tags if name == "img"]
    assert (picture["alt"] or "").startswith("Which campaigns bring back more than they cost?")
    svg = base64.b64decode((picture["src"] or "").removeprefix("data:image/svg+xml;base64,")).decode()
    assert svg.startswith("<svg")
    assert "<script" not in svg
    assert "a chart" not in read.text


@pytest.mark.parametrize(
    "spec",
    [
        {"mark": "nonsense"},
        {"data": {"url": "http://127.0.0.1:9/spend.csv"}, "mark": "bar"},
        {"$schema": "https://vega.github.io/schema/vega-lite/v99.1.json"},
        "no chart",
    ],
)
def test_a_chart_that_cannot_be_drawn_or_would_load_something_is_its_text(show: Show, spec: Any) -> None:
    html = show(new_output("display_data", data={LAB_MIME_TYPE: spec, "text/plain": "a chart"}))
    assert "<pre>a chart</pre>" in html
    assert "<img" not in html


@pytest.mark.parametrize("kind", ["text__html", "text__markdown", "text__plain", "image__svg+xml", "image__png"])
def test_hostile_output_of_any_kind_is_text_or_nothing(show: Show, kind: str) -> None:
    harmless(show(display(**{kind: HOSTILE}), display(**{kind: [HOSTILE, "\n<b onclick=x>fat</b>"]})))


def test_hostile_titles_messages_and_errors_are_text(show: Show) -> None:
    html = show(
        new_markdown_cell(f"# {HOSTILE}\n\n[x](javascript:alert(1)) ![y](http://evil.example/y.png)"),
        new_output("stream", name="stdout", text=HOSTILE),
        new_output("error", ename="ValueError", evalue=HOSTILE, traceback=["File secret.py"]),
    )
    read = harmless(html)
    assert read.text.count("<script>alert(1)</script>") == 4
    assert "secret.py" not in read.text


def test_the_page_is_for_light_and_dark_and_for_phones(show: Show) -> None:
    html = show(new_markdown_cell("# A"))
    assert "prefers-color-scheme: dark" in html
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html


def test_a_run_without_a_notebook_says_so(engine: Engine) -> None:
    with pytest.raises(NotFound, match="id: there is no run 'run_1'"):
        executed_html(engine, "run_1")
    begin_run(engine, "run_1", "attribute_conversions", {}, now=NOON, lease_s=60)
    with pytest.raises(NotFound, match="run run_1 has kept no notebook: it is still running"):
        executed_html(engine, "run_1")


def test_only_the_file_that_the_runner_names_is_read(engine: Engine, tmp_path: Path) -> None:
    keep(engine, tmp_path / "run_1.ipynb", new_markdown_cell("# A"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "run_1.ipynb").symlink_to(tmp_path / "run_1.ipynb")
    (tmp_path / "run_2.ipynb").write_text((tmp_path / "run_1.ipynb").read_text())
    for elsewhere in ("/etc/passwd", tmp_path / "run_2.ipynb", tmp_path / "other" / "run_1.ipynb", tmp_path / "gone"):
        with write_transaction(engine) as connection:
            connection.execute(update(BatchRun).values(output_path=str(elsewhere)))
        with pytest.raises(NotFound, match="is not where it was kept; run the notebook again"):
            executed_html(engine, "run_1")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_none(engine: Engine, tmp_path: Path, content: str) -> None:
    path = tmp_path / "run_1.ipynb"
    keep(engine, path, new_markdown_cell("# A"))
    path.write_text(content)
    with pytest.raises(NotFound, match="the executed notebook of run run_1 cannot be read; run the notebook again"):
        executed_html(engine, "run_1")
