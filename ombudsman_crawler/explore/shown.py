"""Which analysts' database is shown: a published one, or one made of a storage and made anew when
the storage has changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ombudsman_crawler.database import analysts, session
from ombudsman_crawler.database.analysts import Analysts
from ombudsman_crawler.explore.page_images import PageImages

logger = logging.getLogger(__name__)

# How often a storage is looked at, and how long making its database may take at most, as a share
# of the time: a crawl that writes for hours mustn't be slowed down by who looks on.
_LOOK_SECONDS = 10.0
_SHARE = 0.1


class Shown:
    """The analysts' database that is shown, and the storage that holds its documents.

    `renewed` is called, in a thread, with the file of a database made anew and before the one
    before is removed. Raises WrongStorage where there is nothing to show.
    """

    def __init__(self, storage: Path, database: Path | None = None) -> None:
        self.storage = storage
        self.is_live = database is None
        self.renewed: Callable[[Path], None] = lambda _: None
        self.images = PageImages(storage)
        self._workshop = ExitStack()
        self._folder: Path | None = None
        self._number = 0
        self._busy = threading.Lock()
        self._looked = self._made_in = 0.0
        #: What keeps the storage from being shown as it is now, empty while nothing does.
        self.trouble = ""
        if database is None:
            self._changes = session.changes(storage)
            self._seen = self._changes()
            self.analysts = self._make()
        else:
            # A link may lead to another one tomorrow.
            database = database.resolve()
            with analysts.opened(storage, database):
                pass  # says what is wrong with it
            self.analysts = Analysts(database)

    @property
    def about(self) -> dict[str, str]:
        """What the database that is shown says of itself."""
        return self.analysts.about

    def close(self) -> None:
        """Remove what was made."""
        self.analysts.connection.close()
        self.images.close()
        self._workshop.close()

    def look(self) -> None:
        """Make the database anew, in a thread, if the storage has changed since, and not too often.

        Whoever asks meanwhile is shown the one before.
        """
        waited = time.monotonic() - self._looked
        if not self.is_live or waited < max(_LOOK_SECONDS, self._made_in / _SHARE):
            return
        if self._busy.acquire(blocking=False):
            threading.Thread(target=self._renew, name="renew", daemon=True).start()

    @property
    def is_swept(self) -> bool:
        """Whether the database that was made is gone: other programs sweep the folder of temporary
        files."""
        return self.is_live and not self.analysts.path.exists()

    def renew(self) -> None:
        """Make the database anew; returns when it is there, by whomever."""
        self._busy.acquire()
        if self.is_swept:
            self._renew()
        else:
            self._busy.release()

    def _renew(self) -> None:
        # Whoever calls has `_busy`.
        try:
            self._looked = time.monotonic()
            seen = self._changes()
            if seen == self._seen and not self.is_swept:
                self.trouble = ""
                return
            before = self.analysts.path
            made = self._make()
            self._seen = seen
            self.renewed(made.path)
            self.analysts = made
            self.images.forget()
            self.trouble = ""
            # Who reads the one before still has it open.
            before.unlink(missing_ok=True)
        except Exception as error:
            # The pages go on with what they have, and their foot says so.
            logger.exception("the storage has changed and can't be shown as it is now")
            self.trouble = str(error)
        finally:
            self._busy.release()

    def _make(self) -> Analysts:
        started = time.monotonic()
        self._number += 1
        if self._folder is None or not self._folder.is_dir():
            self._folder = self._workshop.enter_context(analysts.workshop()).parent
        path = self._folder / f"analysts-{self._number}.db"
        analysts.of_storage(self.storage, path)
        self._looked = time.monotonic()
        self._made_in = self._looked - started
        return Analysts(path)
