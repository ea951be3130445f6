"""Write the pages of this folder that come from the code: `make docs`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ombudsman_crawler import report
from ombudsman_crawler.database import describe, session


def pages() -> dict[str, str]:
    """Return each generated page's text by its file name."""
    with tempfile.TemporaryDirectory() as folder:
        engine = session.open_for_writing(Path(folder))
        with engine.connect() as connection:
            data = describe.data_page(connection)
        engine.dispose()
    return {"data.md": data, "checks.md": describe.checks_page(report.ADVICE)}


if __name__ == "__main__":
    for name, text in pages().items():
        (Path(__file__).parent / name).write_text(text, encoding="utf-8")
