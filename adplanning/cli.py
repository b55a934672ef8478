"""`adplanning …`: the same use cases from a shell."""

from __future__ import annotations

import gc
import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Engine, func, select

from adplanning.cli_person import person_app
from adplanning.core.errors import AdplanningError, InvalidData
from adplanning.core.ids import new_id
from adplanning.core.settings import Settings, load_settings
from adplanning.core.vocabulary import Role
from adplanning.store import upgrading
from adplanning.store.engine import is_sqlite, make_engine
from adplanning.store.session import reading, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.operations import ApiKey

if TYPE_CHECKING:
    from adplanning.batch import RunRecord
    from adplanning.demo.shop import Shop

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Ad planning and attribution.")
key_app = typer.Typer(no_args_is_help=True, help="Keys of the API.")
user_app = typer.Typer(no_args_is_help=True, help="Who may sign in to the dashboards.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
app.add_typer(key_app, name="key")
app.add_typer(user_app, name="user")
app.add_typer(db_app, name="db")

out = Console()
err = Console(stderr=True)


@contextmanager
def _answering_errors() -> Iterator[None]:
    try:
        yield
    except AdplanningError as fault:
        err.print(f"[red]error:[/red] {fault.message}", highlight=False, markup=True)
        raise typer.Exit(2) from None


@contextmanager
def _store() -> Iterator[tuple[Engine, Settings]]:
    with _answering_errors():
        settings = load_settings()
        engine = upgrading.open_store(settings.url)
        try:
            yield engine, settings
        finally:
            engine.dispose()


app.add_typer(person_app(_store, out), name="person")


@contextmanager
def _progress(title: str) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=err) as progress:
        progress.add_task(title, total=1.0)
        yield progress


def _report(progress: Progress, words: str, share: float) -> None:
    progress.update(progress.task_ids[0], description=words, completed=share)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", min=1, max=65535)] = 9000,
    api_only: Annotated[bool, typer.Option("--api-only", help="serve the API without the dashboards")] = False,
) -> None:
    """Serve the API, and the dashboards with their sign-in."""
    with _store() as (engine, settings):
        logging.basicConfig(level=settings.log_level)
        if api_only:
            from adplanning.api.app import create_app  # noqa: PLC0415

            _serve(create_app(settings, engine), host, port, settings)
            return
        from adplanning.server import users  # noqa: PLC0415
        from adplanning.server.app import create_server  # noqa: PLC0415

        given = settings.dashboard_password
        made = users.prepare_admin(engine, given.get_secret_value() if given else None, now=datetime.now(UTC))
        shown_host = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host  # noqa: S104
        out.print(f"Dashboards: http://{shown_host}:{port}/app", highlight=False, soft_wrap=True)
        if made is not None:
            _show_password(users.ADMIN, made)
        _serve(create_server(settings, engine), host, port, settings)


def _serve(application: Callable[..., Any], host: str, port: int, settings: Settings) -> None:
    import uvicorn  # noqa: PLC0415

    from adplanning.server.channels import MAX_MESSAGE_BYTES  # noqa: PLC0415

    # What lives as long as the server is not looked at again by each collection: a tenth of the intake's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    uvicorn.run(
        application,
        host=host,
        port=port,
        log_level=settings.log_level.lower(),
        access_log=False,
        server_header=False,
        proxy_headers=False,  # ours believes those of ADPLANNING_TRUSTED_PROXIES alone
        timeout_graceful_shutdown=10,
        ws_max_size=MAX_MESSAGE_BYTES,
    )


def _show_password(name: str, password: str) -> None:
    out.print(
        f"Sign in as {name} with the password {password}\nIt is shown this once; another one: "
        f"adplanning user password {name}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


@app.command()
def demo(
    days: Annotated[int, typer.Option(help="how many days of history", min=14, max=730)] = 180,
    seed: Annotated[int, typer.Option(help="another number, another shop")] = 7,
    meta: Annotated[bool, typer.Option("--meta", help="sync its ads, leads and posts from an invented Meta")] = False,
    serve_after: Annotated[bool, typer.Option("--serve/--no-serve", help="serve the API afterwards")] = True,
) -> None:
    """Fill an empty store with a made-up shop, attribute its conversions and say where to look."""
    from adplanning.demo.shop import shop  # noqa: PLC0415

    with ExitStack() as kept:
        with _progress("Making a shop") as progress:
            made = shop(days, seed, until=datetime.now(ZoneInfo("Asia/Kolkata")).date() - timedelta(days=1))
            _report(progress, "Making a shop", 1.0)
        if meta:
            from adplanning.demo.pretended_meta import pretended_meta  # noqa: PLC0415

            kept.enter_context(pretended_meta(made))
        _fill_and_run(made, ["sync_meta_ads"] if meta else [])
        if serve_after:
            serve()


def _fill_and_run(made: Shop, first: list[str]) -> None:
    """Fill the store with the shop, run some notebooks and the attribution, and say where to look."""
    from adplanning.demo.filling import TABLES_IN_ORDER, fill  # noqa: PLC0415

    with _store() as (engine, settings):
        with _progress("Filling the store") as progress:
            steps = iter(range(1, len(TABLES_IN_ORDER) + 1))
            filled = fill(engine, made, lambda words: _report(progress, words, next(steps) / len(TABLES_IN_ORDER)))
        out.print(filled.message, highlight=False)
        for notebook in first:
            _run(engine, settings, notebook, {})
        record = _run(engine, settings, "attribute_conversions", {})
        out.print(
            "\nWhere to look:\n"
            "  http://localhost:9000\n"
            "      the dashboards, while `adplanning serve` runs; admin's password is printed at its first start,\n"
            "      and another one by: adplanning user password admin\n"
            f"  {record.output_path}\n"
            "      credited conversions, spend and ROAS per campaign, table and chart\n"
            "  notebooks/tutorials/from_clicks_to_roas.ipynb\n"
            "      the way there, step by step (.venv/bin/jupyter lab)\n"
            "  http://localhost:9000/docs\n"
            "      the API; a key: adplanning key create me --role admin",
            highlight=False,
            soft_wrap=True,
        )


@app.command("import")
def import_(
    kind: Annotated[
        str, typer.Argument(help="orders, events, people, spend, meta-export, google-export, leads or rates")
    ],
    file: Annotated[Path, typer.Argument(help="CSV, CSV.GZ, Parquet or XLSX")],
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="ours=theirs, for a column named otherwise")
    ] = None,
    rejects: Annotated[Path | None, typer.Option(help="write the refused rows with line and reason here")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="say what would happen, and keep nothing")] = False,
) -> None:
    """Take a file in, all of it or none: received = stored + duplicates + rejected."""
    from adplanning.imports.importing import import_file  # noqa: PLC0415
    from adplanning.imports.preview import preview_file  # noqa: PLC0415
    from adplanning.imports.rejects import commonest_reasons, write_rejects  # noqa: PLC0415
    from adplanning.imports.summary_words import summary_lines  # noqa: PLC0415

    renamed = dict(_pair(text, option="--map") for text in mapping or ())
    with _store() as (engine, settings):
        if preview:
            seen = preview_file(engine, kind, file, mapping=renamed, settings=settings, now=datetime.now(UTC))
            _print_lines(summary_lines(seen.summary))
            _print_lines(f"  would refuse line {refusal.line}: {refusal.reason}" for refusal in seen.refusals)
            _print_lines(["nothing was stored; without --preview it is"])
            return
        with _progress(f"Reading {file.name}") as progress:
            summary = import_file(
                engine,
                kind,
                file,
                mapping=renamed,
                settings=settings,
                now=datetime.now(UTC),
                progress=lambda words, share: _report(progress, words, share),
            )
        _print_lines(summary_lines(summary))
        reasons = commonest_reasons(engine, summary.import_id)
        _print_lines(f"  refused {n_rows:,}, first in line {line}: {reason}" for reason, n_rows, line in reasons)
        if summary.rejected and rejects is None:
            out.print("  all of them: the same command with --rejects FILE", highlight=False)
        if rejects is not None:
            n_written = write_rejects(engine, summary.import_id, rejects)
            out.print(f"{n_written} refused rows written to {rejects}", highlight=False)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        out.print(line, highlight=False, markup=False)


@app.command(context_settings={"ignore_unknown_options": True})
def run(
    notebook: Annotated[str, typer.Argument(help="such as attribute_conversions")],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="[-p NAME VALUE]...", help="the notebook's own parameters")
    ] = None,
) -> None:
    """Run a batch notebook; ends with an error code unless all of it ran."""
    with _store() as (engine, settings):
        _run(engine, settings, notebook, _named_values(parameters or []))


@app.command()
def status() -> None:
    """Say what the store holds and how the last batch runs ended."""
    with _store() as (engine, _):
        holdings = Table("facts", "rows")
        with reading(engine) as session:
            for name, table in TABLES.items():
                holdings.add_row(name, f"{session.scalar(select(func.count()).select_from(table)):,}")
            runs = TABLES["batch_runs"]
            last = session.execute(
                select(runs.c.started_at, runs.c.notebook, runs.c.status, runs.c.message)
                .order_by(runs.c.started_at.desc())
                .limit(5)
            ).all()
        out.print(holdings)
        for row in last:
            out.print(f"{row.started_at:%Y-%m-%d %H:%M} UTC  {row.notebook}  {row.status}  {row.message or ''}")


@key_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="who or what will use it")],
    role: Annotated[Role, typer.Option(help="viewer reads, analyst also writes, admin does all")] = Role.viewer,
) -> None:
    """Make a key of the API and print it once; only its hash is kept."""
    from adplanning.api.access import key_hash  # noqa: PLC0415

    key = f"adp_{secrets.token_urlsafe(32)}"
    with _store() as (engine, _), writing(engine) as session:
        if session.scalar(select(ApiKey.id).where(ApiKey.name == name)) is not None:
            raise InvalidData.at("name", f"there is a key named {name!r} already; choose another name")
        session.add(
            ApiKey(id=new_id("key"), name=name, role=role, key_hash=key_hash(key), created_at=datetime.now(UTC))
        )
    out.print(key, highlight=False, markup=False, soft_wrap=True)


@user_app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="letters, digits or . _ @ + -; such as an e-mail address")],
    role: Annotated[Role, typer.Option(help="viewer reads, analyst also writes, admin does all")] = Role.viewer,
) -> None:
    """Make a user and print the password once; only its hash is kept."""
    from adplanning.server import users  # noqa: PLC0415

    with _store() as (engine, _):
        _show_password(users.plain_name(name), users.add_user(engine, name, role, now=datetime.now(UTC)))


@user_app.command("password")
def renew_password(name: Annotated[str, typer.Argument(help="whose password is lost or known to others")]) -> None:
    """Make a new password, print it once, and end all sign-ins with the old one."""
    from adplanning.server import users  # noqa: PLC0415

    with _store() as (engine, _):
        _show_password(users.plain_name(name), users.renew_password(engine, name))


@user_app.command("remove")
def remove_user(name: Annotated[str, typer.Argument(help="who shall not sign in any longer")]) -> None:
    """Remove a user and end their sign-ins."""
    from adplanning.server import users  # noqa: PLC0415

    with _store() as (engine, _):
        users.remove_user(engine, name)
        out.print(f"{users.plain_name(name)} is removed", highlight=False, markup=False)


@user_app.command("list")
def list_users() -> None:
    """Show all users, their roles, and how many browsers each is signed in with."""
    from adplanning.server import users  # noqa: PLC0415

    with _store() as (engine, _):
        table = Table("name", "role", "since", "signed in")
        for user in users.list_users(engine, now=datetime.now(UTC)):
            table.add_row(user.name, user.role, f"{user.created_at:%Y-%m-%d}", str(user.n_sign_ins))
        out.print(table)


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the schema up to this release."""
    with _store() as (engine, _):
        out.print(upgrading.check(engine))


@db_app.command("check")
def check() -> None:
    """Say whether the schema is this release's, and whether an embedded store is whole."""
    with _answering_errors():
        engine = make_engine(load_settings().url)
        out.print(upgrading.check(engine))
        if is_sqlite(engine):
            with reading(engine) as session:
                found = session.connection().exec_driver_sql("PRAGMA quick_check").scalar()
            out.print(f"integrity: {found}")
            if found != "ok":
                raise typer.Exit(1)


@db_app.command("backup")
def backup(file: Annotated[Path, typer.Argument(help="a file that does not exist yet")]) -> None:
    """Copy an embedded store into one file while it is in use."""
    with _store() as (engine, _):
        if not is_sqlite(engine):
            raise InvalidData.at("database", "this store is PostgreSQL; back it up with pg_dump")
        upgrading.backup(engine, file)
        out.print(f"written: {file}")


def _run(engine: Engine, settings: Settings, notebook: str, parameters: dict[str, str]) -> RunRecord:
    from adplanning.batch import run_notebook  # noqa: PLC0415

    with _progress(f"Running {notebook}") as progress:
        record = run_notebook(
            engine,
            notebook,
            parameters,
            settings=settings,
            now=lambda: datetime.now(UTC),
            progress=lambda words, share: _report(progress, words, share),
        )
    out.print(f"{record.notebook} {record.status}: {record.message}", highlight=False, markup=False)
    if record.output_path is not None:
        out.print(f"executed notebook: {record.output_path}", highlight=False, markup=False, soft_wrap=True)
    if record.status != "succeeded":
        raise typer.Exit(1)
    return record


def _pair(text: str, *, option: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise typer.BadParameter(f"{text!r} is not name=value", param_hint=option)
    return name.strip(), value


def _named_values(words: list[str]) -> dict[str, str]:
    """Read `-p NAME VALUE`, as papermill does: typer has no option that takes two values several times."""
    triples = [tuple(words[at : at + 3]) for at in range(0, len(words), 3)]
    for triple in triples:
        if len(triple) != 3 or triple[0] not in ("-p", "--parameter"):
            raise typer.BadParameter(f"{' '.join(triple)!r} is not -p NAME VALUE")
    return {name: value for _, name, value in triples}
