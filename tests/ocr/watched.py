"""Read a scan and tell of every connection and every file opened for writing.

    python tests/ocr/watched.py scan.pdf

Prints the reading's status, and a line for each of those.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "os.mkdir", "os.rename", "os.remove"):
        print(event, arguments[1:] if event == "socket.connect" else arguments)
    if event == "open" and arguments[2] & _WRITING and arguments[0] != os.devnull:
        print(event, arguments)


def main() -> None:
    from ombudsman_crawler.letters.read import read_document

    data = Path(sys.argv[1]).read_bytes()
    sys.addaudithook(_watch)
    for letter in read_document(data, recognise=True).letters:
        print(letter.status)


if __name__ == "__main__":
    main()
