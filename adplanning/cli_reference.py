"""`adplanning reference`: the public Python API as web pages, written from its docstrings."""

from __future__ import annotations

import re
import warnings
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adplanning.cli_store import answering_errors, say
from adplanning.core.errors import Conflict, InvalidData

if TYPE_CHECKING:
    from pdoc.doc import Module

PACKAGE = Path(__file__).parent
DOMAINS = (
    "alerts",
    "attribution",
    "conversions",
    "experiments",
    "forecasts",
    "journeys",
    "leads",
    "meta_ads",
    "metrics",
    "people",
    "rates",
    "reports",
    "scores",
    "segments",
    "sentiment",
    "social",
)
CORE = ("core.errors", "core.money", "core.periods", "core.ratios", "core.settings", "core.vocabulary")
_NO_FORMULA = re.compile(r"(^|_)(service|queries|charts|client)$")
# pdoc links every name of a documented module, also those that begin with an underscore and stand on no page.
_PRIVATE_LINK = re.compile(r'<a [^>]*href="[^"#]*#(?:[\w.]*\.)?_(?!_)[\w.]*"[^>]*>(.*?)</a>', re.DOTALL)
_LISTS_NAMES = ("Parameters", "Raises")


def reference(
    folder: Annotated[Path, typer.Argument(help="where the pages go; index.html is the first")],
) -> None:
    """Write the reference of the Python API: the workspace, the formulas and metrics of each domain, the errors."""
    with answering_errors():
        try:
            n_pages = write_reference(folder)
        except ModuleNotFoundError as fault:
            if fault.name != "pdoc":
                raise
            raise Conflict("pdoc is not installed; install adplanning with its extra docs") from None
        except OSError as fault:
            raise InvalidData.at("folder", f"{folder} cannot be written: {fault.strerror}; name another") from None
    say(f"{n_pages} pages: {folder / 'index.html'}")


def documented_modules() -> list[str]:
    """The names of the modules that an analyst may rely on: the workspace, what it rests on, and every formula."""
    workspace = sorted(path.stem for path in PACKAGE.glob("workspace*.py"))
    formulas = [
        f"{domain}.{path.stem}"
        for domain in DOMAINS
        for path in sorted((PACKAGE / domain).glob("*.py"))
        if path.stem != "__init__" and not _NO_FORMULA.search(path.stem)
    ]
    return ["adplanning", *(f"adplanning.{name}" for name in (*workspace, "lab_charts", *CORE, *DOMAINS, *formulas))]


def write_reference(folder: Path) -> int:
    """Write a page per documented module, with a search that works from the disk; answer how many there are."""
    from pdoc import render  # noqa: PLC0415 (only this command needs it)
    from pdoc.doc import Module  # noqa: PLC0415

    render.configure(docformat="markdown", show_source=False, footer_text="adplanning")
    modules = {name: Module(import_module(name)) for name in documented_modules()}
    for module in modules.values():
        _say_in_markdown(module)
    with warnings.catch_warnings():
        # A dataclass whose fields another module declares: their types are shown as they are written.
        warnings.filterwarnings("ignore", "Error parsing type annotation")
        for name, module in modules.items():
            page = folder / f"{name.replace('.', '/')}.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(_PRIVATE_LINK.sub(r"\1", render.html_module(module, modules)), encoding="utf-8")
    (folder / "index.html").write_text(render.html_index(modules), encoding="utf-8")
    (folder / "search.js").write_text(render.search_index(modules), encoding="utf-8")
    return len(modules)


def _say_in_markdown(module: Module) -> None:
    for documented in (module, *module.flattened_own_members):
        documented.docstring = markdown(documented.docstring)


def markdown(docstring: str) -> str:
    r"""Turn a docstring of this house into Markdown: headings, lists of names, examples and tables as they look.

    >>> print(markdown("Adds.\n\nParameters\n----------\nn : how many,\n    all of them."))
    Adds.
    <BLANKLINE>
    ###### Parameters
    <BLANKLINE>
    - **n**: how many,
        all of them.
    """
    heading, *sections = re.split(r"^([A-Z]\w+)\n-{3,}\n", docstring, flags=re.MULTILINE)
    parts = [_blocks(heading)]
    for title, content in zip(sections[::2], sections[1::2], strict=True):
        body = content
        if title in _LISTS_NAMES:
            body = re.sub(r"^(\w[^\n:]*?) : ", r"- **\1**: ", content, flags=re.MULTILINE)
        parts.append(f"###### {title}\n\n{_blocks(body)}")
    return "".join(parts)


def _blocks(text: str) -> str:
    """The same with examples and tables fenced, and names of our modules in full, so that they become links."""
    blocks = text.split("\n\n")
    for number, block in enumerate(blocks):
        if block.startswith(">>>"):
            blocks[number] = f"```pycon\n{block.rstrip()}\n```"
        elif block.startswith("==="):
            blocks[number] = f"```text\n{block.rstrip()}\n```"
        else:
            blocks[number] = re.sub(rf"`((?:{'|'.join(DOMAINS)}|core|workspace)\.[\w.]+)`", r"`adplanning.\1`", block)
    return "\n\n".join(blocks)
