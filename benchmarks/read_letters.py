"""Reads the letters of a folder in this one process and prints the CPU each took, as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from ombudsman_crawler.letters import read, words


def main(folder: Path) -> None:
    """Print `letters`, and the medians in milliseconds of CPU: `pdfium_ms` for words with boxes,
    `unwitnessed_ms` for a whole reading without its second reader, `reading_ms` with it."""
    bodies = [path.read_bytes() for path in sorted(folder.glob("*.pdf"))]
    # The first of anything pays for imports and tables that the others find ready.
    read.read_document(bodies[0])
    ways: dict[str, Callable[[bytes], object]] = {
        "pdfium_ms": words.extract,
        "unwitnessed_ms": partial(read.read_document, witnessed=False),
        "reading_ms": read.read_document,
    }
    result: dict[str, float] = {"letters": len(bodies)}
    for name, way in ways.items():
        result[name] = median(_milliseconds(way, body) for body in bodies)
    print(json.dumps(result))


def _milliseconds(way: Callable[[bytes], object], body: bytes) -> float:
    before = time.process_time()
    way(body)
    return (time.process_time() - before) * 1000


if __name__ == "__main__":
    main(Path(sys.argv[1]))
