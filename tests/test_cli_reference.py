"""`adplanning reference`: every page is there, and says something about everything."""

from __future__ import annotations

import dataclasses
import inspect
import re
import subprocess
import sys
from enum import Enum
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from typer.testing import CliRunner

import adplanning
from adplanning.cli import app
from adplanning.cli_reference import documented_modules, markdown
from adplanning.workspace import Workspace


class Page(HTMLParser):
    """The ids and the links of a page, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {value for name, value in attrs if name in ("id", "name") and value}
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        self.loads += [str(given[name]) for name in ("src",) if given.get(name)]
        if tag == "link":
            self.loads.append(str(given["href"]))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    """The pages, as the command writes them in a process of its own where every warning is an error."""
    folder = tmp_path_factory.mktemp("reference")
    written = subprocess.run(
        [sys.executable, "-W", "error", Path(sys.executable).with_name("adplanning"), "reference", folder],
        capture_output=True,
        text=True,
    )
    assert written.returncode == 0, written.stderr
    assert written.stderr == ""
    assert f"{len(documented_modules())} pages" in written.stdout
    return {path: Page(path.read_text()) for path in folder.rglob("*.html")}


def test_no_link_within_the_reference_is_dead_and_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target not in pages or (parts.fragment and unquote(parts.fragment) not in pages[target].ids):
                dead.append(f"{path.name}: {link}")
        assert [load for load in page.loads if urlsplit(load).scheme not in ("", "data")] == []
    assert dead == []


def test_the_reference_holds_the_workspace_the_formulas_the_metrics_and_the_errors(pages: dict[Path, Page]) -> None:
    ids = {path.stem: page.ids for path, page in pages.items()}
    assert "Workspace.attribution" in ids["workspace"]
    assert "PathWorkspace.credit_intervals" in ids["workspace_paths"]
    assert "removal_effects" in ids["markov"]
    assert "METRICS" in ids["definitions"]
    assert "InvalidData" in ids["errors"]


@pytest.mark.parametrize("name", documented_modules())
def test_everything_public_of_a_module_says_what_it_is(name: str) -> None:
    module = import_module(name)
    silent = [name] if not module.__doc__ else []
    for public, value in vars(module).items():
        if public.startswith("_") or getattr(value, "__module__", None) != name:
            continue
        if inspect.isfunction(value) or inspect.isclass(value):
            silent += [public] if not own_words(value) else []
        if inspect.isclass(value) and not issubclass(value, Enum):
            methods = {of: one for of, one in vars(value).items() if not of.startswith("_")}
            told = {of: one for of, one in methods.items() if inspect.isfunction(one) or isinstance(one, property)}
            silent += [f"{public}.{of}" for of, one in told.items() if not inspect.getdoc(one)]
    assert silent == []


def own_words(value: object) -> bool:
    """Whether somebody has written its docstring; a dataclass writes its signature where nobody has."""
    words = getattr(value, "__doc__", None) or ""
    return bool(words) and not (dataclasses.is_dataclass(value) and words.startswith(f"{value.__name__}("))


def test_an_example_is_shown_with_its_answer_as_python() -> None:
    assert markdown("Adds.\n\n>>> 1 + 1\n2\n") == "Adds.\n\n```pycon\n>>> 1 + 1\n2\n```"


def test_a_place_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.touch()
    refused = CliRunner().invoke(app, ["reference", str(file)])
    assert refused.exit_code == 2
    assert "cannot be written" in " ".join(refused.output.split())


def test_every_question_to_a_workspace_has_an_example_with_its_answer() -> None:
    questions = {name: one for name, one in inspect.getmembers(Workspace, inspect.isfunction) if name[0] != "_"}
    unanswered = []
    for name, question in questions.items():
        words = inspect.getdoc(question) or ""
        has_answer = re.search(r"^>>> (?!import ).*\n(?:(?:\.\.\.|>>>).*\n)*(?!>>>|$)", words, re.MULTILINE)
        if not has_answer:
            unanswered.append(name)
        assert "pl.DataFrame" in str(inspect.signature(question)) or name in ("response_fits",), name
    assert unanswered == ["experiment_audience"], "it takes a file of the platform"


def test_the_first_page_of_help_names_every_question() -> None:
    listed = re.findall(r"\w+", adplanning.__doc__ or "")
    questions = [name for name, _ in inspect.getmembers(Workspace, inspect.isfunction) if name[0] != "_"]
    assert [name for name in questions if name not in listed] == []
