"""How the product runs: keys, users, preferences, batch runs, imported files and the rows they refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class ApiKey(Base):
    """A key of the API; only its SHA-256 is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class User(Base):
    """Somebody who signs in to the dashboards; of the password only an argon2 hash is kept."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]


class SignIn(Base):
    """A browser that is signed in; of its token only the SHA-256 is kept."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


class Preference(Base):
    """A setting that was changed on a page; it goes before the one of the environment."""

    __tablename__ = "preferences"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    changed_by: Mapped[str | None]
    changed_at: Mapped[datetime]


class BatchRun(Base):
    """One run of a batch notebook; while it runs it renews the lease of its notebook.

    `notice` says whether somebody outside was told that it failed.
    """

    __tablename__ = "batch_runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    notebook: Mapped[str] = mapped_column(index=True)
    parameters: Mapped[dict[str, Any]]
    status: Mapped[str]
    message: Mapped[str | None]
    progress_share: Mapped[float | None]
    progress_words: Mapped[str | None]
    output_path: Mapped[str | None]
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    notice: Mapped[str | None]


class BatchLease(Base):
    """Who may run a notebook now: one row a notebook."""

    __tablename__ = "batch_leases"

    notebook: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    lease_until: Mapped[datetime]


class Import(Base):
    """One file taken in; received = stored + duplicates + rejected."""

    __tablename__ = "imports"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    file_name: Mapped[str]
    file_sha256: Mapped[str] = mapped_column(index=True)
    n_received: Mapped[int]
    n_stored: Mapped[int]
    n_duplicates: Mapped[int]
    n_rejected: Mapped[int]
    imported_at: Mapped[datetime]


class RejectedRow(Base):
    """A row of an imported file that was refused, as it stood there, with the reason."""

    __tablename__ = "rejected_rows"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), index=True)
    line: Mapped[int]
    reason: Mapped[str]
    row: Mapped[dict[str, Any]]
