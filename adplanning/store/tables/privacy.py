"""Who must not come back: what is left of persons who were erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from adplanning.store.tables.base import Base


class ErasedContact(Base):
    """The salted hash of an e-mail address, a phone number or another id (`kind`) of somebody who was erased."""

    __tablename__ = "erased_contacts"

    kind: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]


class ErasureSalt(Base):
    """The one salt of this store; without it nobody can tell whose a hash is by hashing a list of addresses."""

    __tablename__ = "erasure_salt"

    id: Mapped[int] = mapped_column(primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
