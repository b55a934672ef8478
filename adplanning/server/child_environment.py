"""What the dashboards' process and its kernels get to know from outside: no key, no token, no password."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine

from adplanning.batch_kernel import kernel_environment, secret_files
from adplanning.core.settings import Settings

_AS_PARAMETER = "password"


@contextmanager
def child_environment(engine: Engine, settings: Settings) -> Iterator[Mapping[str, str]]:
    """The environment of the child, as long as the child lives.

    The store's password is not in it, where every kernel shows it and each of their children inherits it, but in a
    file that only this user may read; libpq finds it there by itself. So do the batch runs that a page starts find what
    the ad platform asks for.
    """
    with tempfile.TemporaryDirectory(prefix="adplanning-") as folder, secret_files(settings) as secrets:
        environment = kernel_environment(engine, settings) | secrets
        if password := password_of(engine.url):
            file = Path(folder) / "pgpass"
            file.touch(mode=0o600)
            file.write_text(pgpass_line(password))
            shown = without_password(engine.url).render_as_string(hide_password=False)
            environment |= {"ADPLANNING_DATABASE_URL": shown, "PGPASSFILE": str(file)}
        yield environment


def password_of(url: URL) -> str | None:
    """The password in a URL, wherever it stands.

    >>> from sqlalchemy import make_url
    >>> password_of(make_url("postgresql://me:secret@host/name")), password_of(make_url("postgresql:///n?password=s"))
    ('secret', 's')
    """
    given = url.password or url.query.get(_AS_PARAMETER)
    return given if given is None or isinstance(given, str) else given[-1]


def without_password(url: URL) -> URL:
    """The same URL, which can be shown.

    >>> from sqlalchemy import make_url
    >>> str(without_password(make_url("postgresql://me:secret@host/name?password=s")))
    'postgresql://me@host/name'
    """
    return URL.create(
        url.drivername,
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query={name: value for name, value in url.query.items() if name != _AS_PARAMETER},
    )


def pgpass_line(password: str) -> str:
    r"""The line of a password file that holds for every server; `\` and `:` are its own signs.

    >>> pgpass_line("a:b\\c").strip()
    '*:*:*:*:a\\:b\\\\c'
    """
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    return f"*:*:*:*:{escaped}\n"
