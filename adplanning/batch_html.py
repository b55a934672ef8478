"""An executed notebook as a page that reads like a report: what it found, not how; nothing on it runs or loads."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment
from markupsafe import Markup
from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbformat.reader import NotJSONError
from sqlalchemy import Engine

from adplanning.batch_contract import RESULT, read_notebook
from adplanning.core.errors import NotFound
from adplanning.store.session import reading
from adplanning.store.tables.operations import BatchRun

_TAGS = [
    *("p", "br", "hr", "div", "small", "strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
]
_SANITIZER = SanitizeHTML(  # type: ignore[no-untyped-call]
    tags=_TAGS, attributes={"th": ["colspan", "rowspan"], "td": ["colspan", "rowspan"]}, strip=True
)
# What these hold is no text to be read; whatever stands of them after this is stripped with all other tags.
_NOT_TO_READ = re.compile(r"<(style|script|title|template|svg)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
# Only polars writes a second row of its head in cells: the types of its columns, of no meaning to a marketer.
_TYPES_ROW = re.compile(r"</tr><tr>(<td>[^<]*</td>)+</tr></thead>")
_QUOTED = re.compile(r"<td>&quot;(.*?)&quot;</td>", re.DOTALL)
_CHART = re.compile(r"application/vnd\.vegalite\.v\d+\+json")
_SCHEMA = re.compile(r"/v(\d+\.\d+)")
_PICTURES = ("image/png", "image/jpeg")


def executed_html(engine: Engine, run_id: str) -> str:
    """The executed notebook of a run as one HTML page: its titles, texts, tables and charts.

    It needs no script and nothing from elsewhere, and holds under `default-src 'none'; style-src 'unsafe-inline';
    img-src data:; sandbox`. What the notebook shows is text unless it is one of a few harmless tags.

    Raises
    ------
    NotFound : there is no such run, or it has kept no notebook.
    StoreUnavailable : the database is lost, locked or full.
    """
    with reading(engine) as session:
        run = session.get(BatchRun, run_id)
        if run is None:
            raise NotFound(f"id: there is no run {run_id!r}; `adplanning status` shows the latest")
        notebook = _kept_notebook(run_id, run.output_path)
        given = {name: _given(value) for name, value in run.parameters.items() if value not in ("", [])}
        return _PAGE.render(run=run, given=given, parts=[part for cell in notebook.cells for part in _parts(cell)])


def _kept_notebook(run_id: str, output_path: str | None) -> NotebookNode:
    if output_path is None:
        raise NotFound(f"id: run {run_id} has kept no notebook: it is still running, or ended before there was one")
    path = Path(output_path)
    # The store says which file; only one that the runner names like this run is read.
    if path.name != f"{run_id}.ipynb" or path.is_symlink() or not path.is_file():
        raise NotFound(f"id: the executed notebook of run {run_id} is not where it was kept; run the notebook again")
    try:
        return read_notebook(path)
    except (OSError, NotJSONError, ValueError, AttributeError, TypeError) as fault:  # whatever is no notebook
        raise NotFound(f"id: the executed notebook of run {run_id} cannot be read; run the notebook again") from fault


def _parts(cell: NotebookNode) -> Iterator[Markup]:
    if cell.cell_type == "markdown":
        yield _markdown(cell.source)
    for output in cell.get("outputs", []):
        match output.output_type:
            case "stream" if output.name == "stdout":
                yield _preformatted(output.text)
            case "error":
                yield Markup('<p class="fault">{}: {}</p>').format(output.ename, _plain(output.evalue))
            # What `finished` said stands above all as the message of the run.
            case "display_data" | "execute_result" if RESULT not in output.data:
                yield _shown(output.data)


def _shown(data: Mapping[str, Any]) -> Markup:
    chart = next((name for name in data if _CHART.fullmatch(name)), None)
    if chart is not None and (drawn := _chart(data[chart])) is not None:
        return drawn
    for kind in _PICTURES:
        if kind in data and (picture := _picture(kind, data[kind])) is not None:
            return picture
    if "text/html" in data:
        return Markup('<div class="wide">{}</div>').format(_harmless(_readable(_text(data["text/html"]))))
    if "text/markdown" in data:
        return _markdown(_text(data["text/markdown"]))
    return _preformatted(_text(data.get("text/plain", "")))


def _chart(spec: object) -> Markup | None:
    if not isinstance(spec, dict):
        return None
    schema = _SCHEMA.search(str(spec.get("$schema", "")))
    known = schema is not None and schema[1] in vl_convert.get_vegalite_versions()
    try:
        svg = vl_convert.vegalite_to_svg(spec, vl_version=schema[1] if schema and known else None, allowed_base_urls=[])
    except ValueError:
        return None
    title = spec.get("title", "")
    words = title.get("text", "") if isinstance(title, dict) else title
    return _image("image/svg+xml", svg.encode(), " ".join(words) if isinstance(words, list) else str(words))


def _picture(kind: str, encoded: object) -> Markup | None:
    try:
        return _image(kind, base64.b64decode("".join(_text(encoded).split()), validate=True), "")
    except binascii.Error:
        return None


def _image(kind: str, content: bytes, words: str) -> Markup:
    source = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    return Markup('<figure class="wide"><img src="{}" alt="{}"></figure>').format(source, words or "Chart")


def _markdown(source: str) -> Markup:
    renderer = IPythonRenderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
    return Markup('<div class="wide">{}</div>').format(_harmless(MarkdownWithMath(renderer=renderer).render(source)))


def _harmless(html: str) -> Markup:
    """Only the tags of `_TAGS`, without attributes that load, run or style anything."""
    clean = _SANITIZER.sanitize_html_tags(_NOT_TO_READ.sub("", html))  # type: ignore[no-untyped-call]
    return Markup(clean)  # noqa: S704 - this is where it becomes safe


def _readable(html: str) -> str:
    """A table of polars without types and quotation marks, with a dash where a value is missing."""
    without_types, n_tables = _TYPES_ROW.subn("</tr></thead>", html)
    if not n_tables:
        return html
    return _QUOTED.sub(r"<td>\1</td>", without_types.replace("<td>null</td>", "<td>–</td>"))


def _preformatted(text: str) -> Markup:
    return Markup("<pre>{}</pre>").format(_plain(text).strip("\n")) if text.strip() else Markup("")


def _plain(text: str) -> str:
    """Without the signs that colour a terminal."""
    plain: str = strip_ansi(text)  # type: ignore[no-untyped-call]
    return plain


def _given(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ run.notebook }} {{ run.started_at.strftime("%Y-%m-%d %H:%M") }}</title>
<style>
:root { color-scheme: light dark; --ink: #1f2430; --paper: #fff; --quiet: #5c6470; --line: #d9dde3; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7ec; --paper: #16181d; --quiet: #a0a8b4; --line: #3a3f48; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; margin: 1.5rem 0 .5rem; }
header { border-bottom: 1px solid var(--line); padding-bottom: .75rem; }
header p { margin: .25rem 0; }
.quiet { color: var(--quiet); font-size: .875rem; }
.fault { color: var(--bad); font-weight: 600; }
.wide { overflow-x: auto; margin: 0 0 1rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.5 ui-monospace, monospace; margin: 0 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; }
img { display: block; max-width: 100%; height: auto; background: #fff; border-radius: .25rem; }
</style>
</head>
<body>
<header>
<p{% if run.status == "failed" %} class="fault"{% endif %}>{{ run.message or run.status }}</p>
<p class="quiet">{{ run.notebook }}, {{ run.status }}, started {{ run.started_at.strftime("%Y-%m-%d %H:%M") }} UTC</p>
<p class="quiet">
{% for name, value in given.items() %}
{{ name }}: {{ value }}{{ ";" if not loop.last }}
{% endfor %}
</p>
</header>
<main>
{% for part in parts %}
{{ part }}
{% endfor %}
</main>
</body>
</html>
""")
