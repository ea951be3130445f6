"""The tables of what the map holds besides letters, and of what people withhold and erase."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ombudsman_crawler.database.models import Base


class Withholding(Base):
    """A person's word that something is, or is no longer, withheld from publication.

    `subject` is `document:<sha256>` or `decision:<reference>`; the last row of a subject counts.
    """

    __tablename__ = "withholding"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(index=True)
    withheld: Mapped[bool]
    who: Mapped[str]
    time: Mapped[str]
    why: Mapped[str]


class Erasure(Base):
    """The tombstone of a document whose bytes had to be erased: which, when, who, why.

    `finished` is null while it is under way.
    """

    __tablename__ = "erasure"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    who: Mapped[str]
    time: Mapped[str]
    why: Mapped[str]
    finished: Mapped[str | None]
