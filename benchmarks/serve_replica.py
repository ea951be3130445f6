"""Serves a replica whose letters are all drawn beforehand, until its standard input ends.

    python benchmarks/serve_replica.py COUNCILS FIRST_YEAR LAST_YEAR [FOLDER SAMPLES]

Prints one line of JSON when it is ready: its `url` and the number of `letters`. Some of the
letters, spread over councils and years, are also written to FOLDER.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ombudsman_crawler.replica import Replica


def main(councils: int, first: int, last: int, folder: Path | None, samples: int) -> None:
    replica = Replica(councils=councils, years=(first, last))
    replica.prepare()
    letters = replica.letters()
    if folder is not None:
        # An odd step, so that it doesn't fall on the same years of each council.
        step = max(1, len(letters) // samples) | 1
        for number, letter in enumerate(letters[::step]):
            (folder / f"{number:04}.pdf").write_bytes(letter.pdf())
    with replica:
        print(json.dumps({"url": replica.url, "letters": len(letters)}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(
        *map(int, arguments[:3]),
        folder=Path(arguments[3]) if len(arguments) > 3 else None,
        samples=int(arguments[4]) if len(arguments) > 4 else 0,
    )
