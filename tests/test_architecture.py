"""The rules of adplanning/ARCHITECTURE.md, read from the source itself."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "adplanning"
PAGE = PACKAGE / "ARCHITECTURE.md"

# Libraries that reach outside the process; all others compute.
IO_LIBRARIES = {
    "adbc_driver_postgresql", "adbc_driver_sqlite", "alembic", "altair", "argon2", "duckdb", "fastapi", "httpx",
    "httpx2", "ipyvue", "ipyvuetify", "ipywidgets", "jinja2", "nbclient", "nbformat", "papermill", "psycopg",
    "requests", "rich", "smtplib", "socket", "sqlalchemy", "sqlite3", "starlette", "subprocess", "typer", "urllib3",
    "uvicorn", "uvloop", "vl_convert", "voila", "websockets",
}  # fmt: skip

# Of each role: the roles of ours that a module may import, from its own domain ("own-…") or from any; the libraries
# above that it may use. All may import `core`.
ROLES = {
    "core": ("", ""),
    "store": ("store", "sqlalchemy alembic psycopg sqlite3 subprocess adbc_driver_postgresql adbc_driver_sqlite"),
    "formula": ("own-formula", ""),
    "charts": ("own-formula own-charts", "altair"),
    "client": ("own-formula", "httpx2 smtplib"),
    "queries": ("store own-formula own-queries", "sqlalchemy"),
    "service": ("store own-formula own-queries own-client own-service", "sqlalchemy"),
    "workflows": ("store formula service workflows", "sqlalchemy"),
    "demo": ("store demo formula service workflows", "sqlalchemy"),
    "imports": ("store imports formula service workflows", "sqlalchemy"),
    "sync": ("store sync formula client service workflows", "sqlalchemy"),
    "api": ("store api batch formula service sync workflows", "fastapi starlette sqlalchemy"),
    "batch": ("store batch formula client", "jinja2 papermill nbformat nbclient sqlalchemy subprocess vl_convert"),
    "ui": (
        "store formula charts service workflows batch imports ui",
        "altair ipyvue ipyvuetify ipywidgets sqlalchemy vl_convert voila",
    ),
    "server": (
        "store formula service api batch server ui",
        "argon2 httpx2 jinja2 socket sqlalchemy starlette subprocess uvicorn voila websockets",
    ),
    "rim": (
        "store formula client charts queries service workflows demo imports sync api batch server ui rim",
        "sqlalchemy typer rich uvicorn altair jinja2 subprocess vl_convert",
    ),
}

# The few imports between domains that the roles do not allow: from, to, why.
EXCEPTIONS = {
    ("attribution", "journeys"): "credit runs along a conversion path",
    ("attribution", "people"): "a path is a person's: which visits are whose is told in one place",
    ("journeys", "people"): "a way is a person's, over all devices",
    ("experiments", "people"): "a subject is a person, over all devices",
    ("scores", "people"): "what a customer did is told over all devices",
    ("segments", "people"): "the same",
    ("alerts", "*"): "a rule may watch any metric and any sync",
    ("metrics", "*"): "the overview adds up what every domain counts",
}

# Modules of a domain whose name does not tell their role.
NAMED_ROLES = {
    # SQL of the intake, too hot for the ORM.
    "adplanning.tracking.rows": "service",
    "adplanning.tracking.touchpoints": "service",
}


@cache
def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text())


def domain(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def role(name: str) -> str:
    if modules()[name].name == "__init__.py" and name != "adplanning":
        return "package"
    if name in NAMED_ROLES:
        return NAMED_ROLES[name]
    first, last = domain(name), name.rsplit(".", 1)[-1]
    if first in ("core", "store", "workflows", "api", "demo", "imports", "sync", "batch", "server", "ui"):
        return first
    if first.startswith("batch_"):
        return "batch"
    if name.count(".") < 2:
        return "rim"
    # A domain with many use cases has more than one file of them: `resolution_service`.
    kind = last.rsplit("_", 1)[-1]
    return kind if kind in ("queries", "service", "charts", "client") else "formula"


def imported(name: str, *, at_start_only: bool = False) -> set[str]:
    """The modules that one imports, by their full names; `from package import module` counts as that module."""
    found = set()
    for node in tree(name).body if at_start_only else ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in modules() else str(node.module))
    return found


def is_allowed(importer: str, target: str) -> bool:
    kind = role(target)
    if kind in ("core", "package"):
        return True
    allowed = ROLES[role(importer)][0].split()
    if kind in allowed or (f"own-{kind}" in allowed and domain(importer) == domain(target)):
        return True
    return any(
        domain(importer) == start
        and end in (domain(target), "*")
        and (kind in ("formula", "service") or kind == role(importer) == "queries")
        for start, end in EXCEPTIONS
    )


def test_every_module_imports_only_what_its_role_allows() -> None:
    forbidden = [
        f"{name} ({role(name)}) imports {target} ({role(target)})"
        for name in modules()
        if role(name) != "package"
        for target in sorted(imported(name) & modules().keys())
        if not is_allowed(name, target)
    ]
    assert not forbidden, "\n".join(forbidden)


def test_every_module_reaches_outside_only_as_its_role_allows() -> None:
    forbidden = [
        f"{name} ({role(name)}) uses {library}"
        for name in modules()
        if role(name) != "package"
        for library in sorted({target.split(".")[0] for target in imported(name)} & IO_LIBRARIES)
        if library not in ROLES[role(name)][1].split()
    ]
    assert not forbidden, "\n".join(forbidden)


def test_no_import_runs_in_a_circle() -> None:
    graph = {name: imported(name, at_start_only=True) & modules().keys() - {name} for name in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" imports ".join(reversed(circle.args[1])))


def test_every_module_says_in_its_name_what_it_answers() -> None:
    empty = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc|base_utils|stuff)(_|$)")
    assert [name for name in modules() if empty.search(name.rsplit(".", 1)[-1])] == []


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {name: len(path.read_text().splitlines()) for name, path in modules().items()}
    assert {name: n for name, n in lengths.items() if n > 400 and ".migrations.versions." not in name} == {}


def test_a_package_holds_only_its_docstring() -> None:
    for name, path in modules().items():
        if path.name == "__init__.py":
            assert ast.get_docstring(tree(name)), f"{name} has no docstring"
            assert name == "adplanning" or len(tree(name).body) == 1, f"{name} holds more than its docstring"


def test_every_module_has_a_docstring() -> None:
    assert [name for name in modules() if not ast.get_docstring(tree(name))] == []


def test_no_secret_is_compared_with_an_operator_that_tells_its_beginning() -> None:
    """`==` takes longer the more of a guess is right; `hmac.compare_digest` does not. The store looks up by hash."""
    secret = re.compile(r"(^|_)(tokens?|secrets?|signature|passwords?|key_hash|admin_key)($|_)", re.IGNORECASE)
    found = []
    for name in modules():
        lookups = {
            argument
            for call in ast.walk(tree(name))
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "where"
            for argument in call.args
        }
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
                words = [word_of(operand) for operand in (node.left, *node.comparators)]
                if node not in lookups and any(secret.search(word) for word in words):
                    found.append(f"{name}:{node.lineno} {ast.unparse(node)}")
    assert not found, "\n".join(found)


def word_of(operand: ast.expr) -> str:
    match operand:
        case ast.Attribute(value=ast.Name(id=owner)) if owner[:1].isupper():
            return ""  # a word of a list, such as Stream.token
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
        case ast.Call(func=function):
            return word_of(function)
    return ""


# --- What the repository says


@cache
def texts() -> dict[str, str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    found = {}
    for name in filter(None, listed.stdout.decode().split("\0")):
        try:
            found[name] = (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return found


def mentions(pattern: str, *, outside: str = "") -> list[str]:
    return [
        f"{name}:{text[: match.start()].count(chr(10)) + 1} {match.group()}"
        for name, text in texts().items()
        if Path(name) != Path(__file__).relative_to(ROOT) and not (outside and name.startswith(outside))
        for match in re.finditer(pattern, text)
    ]


def test_nothing_names_a_folder_of_one_machine() -> None:
    assert mentions(r"(?<![\w.*}/-])/(work|root|home)/[\w.-]*") == []
    assert mentions(r"(?<![\w.*}/-])/tmp\b[\w./-]*", outside="tests/") == []


def test_nothing_names_a_package_registry() -> None:
    assert (
        mentions(r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|deb\.debian\.org|proxy\.golang\.org|crates\.io") == []
    )


# --- What the page says


def paths_on_the_page() -> set[Path]:
    """Each `path.py` of the tree and of the prose; a `*` stands for all that it matches."""
    page = PAGE.read_text()
    named: set[Path] = set()
    for block in re.findall(r"^```\w*\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        named |= paths_in_a_tree(block)
    for written in re.findall(r"`([\w/*.-]+\.py)`", page):
        base = ROOT if (ROOT / written.split("/")[0]).exists() else PACKAGE
        # A bare `queries.py` is a kind of file in every domain, unless it stands at the top.
        if "/" in written or (base / written).exists():
            named |= expanded(base / written)
    return named


def paths_in_a_tree(block: str) -> set[Path]:
    """A line `folder/  a.py  b.py` names the files of a folder; deeper lines belong to the folder above them."""
    named: set[Path] = set()
    folders: list[tuple[int, Path]] = []
    for line in block.splitlines():
        words = re.sub(r"\([^)]*\)", " ", line).split()
        if not words:
            continue
        indent = len(line) - len(line.lstrip())
        while folders and folders[-1][0] >= indent:
            folders.pop()
        folder = folders[-1][1] if folders else ROOT
        if words[0].endswith("/"):
            folder = folder / words[0]
            folders.append((indent, folder))
        for word in words:
            if word.endswith(".py"):
                named |= expanded(folder / word)
    return named


def expanded(path: Path) -> set[Path]:
    if "*" not in path.name:
        return {path}
    return set(path.parent.glob(path.name)) or {path}


def test_every_module_that_the_page_names_is_there() -> None:
    assert sorted(str(path.relative_to(ROOT)) for path in paths_on_the_page() if not path.exists()) == []


def test_the_page_names_every_module() -> None:
    named = paths_on_the_page()
    unnamed = [
        str(path.relative_to(PACKAGE))
        for path in modules().values()
        if path not in named and path.name != "__init__.py" and "versions" not in path.parts
    ]
    assert not unnamed, "\n".join(unnamed)
