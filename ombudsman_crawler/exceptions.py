"""The errors this project raises on purpose.

Every one carries a sentence for a person: what happened, to what, and what to do about it.
"""

from __future__ import annotations


class OmbudsmanError(Exception):
    """Base of all errors raised on purpose; `exit_status` is what the command line ends with."""

    exit_status = 1


class BadArgument(OmbudsmanError):
    """An argument or setting can't be used. Raised while arguments are read, before any request."""

    exit_status = 2

    def __init__(self, argument: str, value: object, allowed: str) -> None:
        super().__init__(f"{argument}: {value!r} can't be used; {allowed}")


class WrongStorage(OmbudsmanError):
    """The storage belongs to another site or to a newer version. Raised when storage is opened."""

    exit_status = 2


class NoRoom(OmbudsmanError):
    """The disk that temporary files are on is full. Raised by `database.analysts`, which names the
    folder; the storage isn't touched."""

    exit_status = 2


class StorageBusy(OmbudsmanError):
    """Another program holds the storage or its database. Raised by the lock, which names the holder
    and since when, and by `database.session`."""

    exit_status = 3


class UnreadablePdf(OmbudsmanError):
    """The words of a document can't be had. Raised by `letters.words` and `letters.ocr`; the
    document stays archived.

    `code` says why in one word of a closed list: `not_a_pdf`, `broken`, `encrypted`,
    `too_many_pages`, `no_text_layer`, `ocr_failed`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class OcrNotInstalled(OmbudsmanError):
    """OCR was asked for without the extra `ocr`. Raised by `letters.ocr` before anything is read;
    says how to install it."""

    exit_status = 2


class CorruptDocument(OmbudsmanError):
    """An archived file no longer has the hash it is named by. Raised by `archive.documents`."""


class BrokenWarc(OmbudsmanError):
    """A WARC or WACZ can't be read, or not on. Raised by `archive.records` and `archive.wacz`."""

    exit_status = 2


class ErasedAnswer(OmbudsmanError):
    """An archived answer was erased, where the law asked for it: there is nothing to be had. Raised
    by `archive.traffic`; says when and why."""


class NoReadingWorkers(OmbudsmanError):
    """The processes that read letters can't be started. Raised by `reading_workers`."""
