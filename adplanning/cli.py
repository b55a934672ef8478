"""`adplanning …`: the same use cases from a shell."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy import func, select
from typer.core import TyperArgument, TyperCommand

from adplanning.cli_demo import demo
from adplanning.cli_export import ExportCommand, export
from adplanning.cli_lab import lab
from adplanning.cli_person import person_app
from adplanning.cli_reference import reference
from adplanning.cli_run import run
from adplanning.cli_schedule import schedule
from adplanning.cli_serve import say_password, serve
from adplanning.cli_store import answering_errors, opened_store, out, progress_bar, report, say
from adplanning.core.errors import InvalidData
from adplanning.core.ids import new_id
from adplanning.core.settings import load_settings
from adplanning.core.vocabulary import Role
from adplanning.store import upgrading
from adplanning.store.engine import is_sqlite, make_engine
from adplanning.store.session import reading, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.store.tables.operations import ApiKey

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Ad planning and attribution.")
key_app = typer.Typer(no_args_is_help=True, help="Keys of the API.")
user_app = typer.Typer(no_args_is_help=True, help="Who may sign in to the dashboards.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
app.command()(serve)
app.command()(demo)
app.command(context_settings={"ignore_unknown_options": True})(run)
app.command(cls=ExportCommand)(export)
app.command()(schedule)
app.command()(lab)
app.command()(reference)
app.add_typer(key_app, name="key")
app.add_typer(user_app, name="user")
app.add_typer(person_app, name="person")
app.add_typer(db_app, name="db")


class _Import(TyperCommand):
    """Names the kinds of files only in its help: to know them costs each command half a second."""

    def format_help(self, *given: Any, **named: Any) -> None:
        from adplanning.imports.catalogue import IMPORTS  # noqa: PLC0415

        for param in self.params:
            if isinstance(param, TyperArgument) and param.name == "kind":
                param.help = ", ".join(IMPORTS)
        super().format_help(*given, **named)


@app.command("import", cls=_Import)
def import_(
    kind: Annotated[str, typer.Argument()],
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
    with opened_store() as (engine, settings):
        if preview:
            seen = preview_file(engine, kind, file, mapping=renamed, settings=settings, now=datetime.now(UTC))
            _print_lines(summary_lines(seen.summary))
            _print_lines(f"  would refuse line {refusal.line}: {refusal.reason}" for refusal in seen.refusals)
            _print_lines(["nothing was stored; without --preview it is"])
            return
        with progress_bar(f"Reading {file.name}") as progress:
            summary = import_file(
                engine,
                kind,
                file,
                mapping=renamed,
                settings=settings,
                now=datetime.now(UTC),
                progress=lambda words, share: report(progress, words, share),
            )
        _print_lines(summary_lines(summary))
        reasons = commonest_reasons(engine, summary.import_id)
        _print_lines(f"  refused {n_rows:,}, first in line {line}: {reason}" for reason, n_rows, line in reasons)
        if summary.rejected and rejects is None:
            say("  all of them: the same command with --rejects FILE")
        if rejects is not None:
            n_written = write_rejects(engine, summary.import_id, rejects)
            say(f"{n_written} refused rows written to {rejects}")


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        out.print(line, highlight=False, markup=False)


@app.command()
def status() -> None:
    """Say what the store holds and how the last batch runs ended."""
    with opened_store() as (engine, _):
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
    with opened_store() as (engine, _), writing(engine) as session:
        if session.scalar(select(ApiKey.id).where(ApiKey.name == name)) is not None:
            raise InvalidData.at("name", f"there is a key named {name!r} already; choose another name")
        session.add(
            ApiKey(id=new_id("key"), name=name, role=role, key_hash=key_hash(key), created_at=datetime.now(UTC))
        )
    say(key)


@user_app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="letters, digits or . _ @ + -; such as an e-mail address")],
    role: Annotated[Role, typer.Option(help="viewer reads, analyst also writes, admin does all")] = Role.viewer,
) -> None:
    """Make a user and print the password once; only its hash is kept."""
    from adplanning.server import users  # noqa: PLC0415

    with opened_store() as (engine, _):
        say_password(users.plain_name(name), users.add_user(engine, name, role, now=datetime.now(UTC)))


@user_app.command("password")
def renew_password(name: Annotated[str, typer.Argument(help="whose password is lost or known to others")]) -> None:
    """Make a new password, print it once, and end all sign-ins with the old one."""
    from adplanning.server import users  # noqa: PLC0415

    with opened_store() as (engine, _):
        say_password(users.plain_name(name), users.renew_password(engine, name))


@user_app.command("remove")
def remove_user(name: Annotated[str, typer.Argument(help="who shall not sign in any longer")]) -> None:
    """Remove a user and end their sign-ins."""
    from adplanning.server import users  # noqa: PLC0415

    with opened_store() as (engine, _):
        users.remove_user(engine, name)
        say(f"{users.plain_name(name)} is removed")


@user_app.command("list")
def list_users() -> None:
    """Show all users, their roles, and how many browsers each is signed in with."""
    from adplanning.server import users  # noqa: PLC0415

    with opened_store() as (engine, _):
        table = Table("name", "role", "since", "signed in")
        for user in users.list_users(engine, now=datetime.now(UTC)):
            table.add_row(user.name, user.role, f"{user.created_at:%Y-%m-%d}", str(user.n_sign_ins))
        out.print(table)


@db_app.command("upgrade")
def upgrade() -> None:
    """Bring the schema up to this release."""
    with opened_store() as (engine, _):
        out.print(upgrading.check(engine))


@db_app.command("check")
def check() -> None:
    """Say whether the schema is this release's, and whether an embedded store is whole."""
    with answering_errors():
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
    with opened_store() as (engine, _):
        if not is_sqlite(engine):
            raise InvalidData.at("database", "this store is PostgreSQL; back it up with pg_dump")
        upgrading.backup(engine, file)
        say(f"written: {file}")


def _pair(text: str, *, option: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise typer.BadParameter(f"{text!r} is not name=value", param_hint=option)
    return name.strip(), value
