"""Serves a replica whose letters are all drawn beforehand, until its standard input ends.

    python benchmarks/serve_replica.py COUNCILS FIRST_YEAR LAST_YEAR

Prints one line of JSON when it is ready: its `url` and the number of `letters`.
"""

from __future__ import annotations

import json
import sys

from ombudsman_crawler.replica import Replica


def main(councils: int, first: int, last: int) -> None:
    replica = Replica(councils=councils, years=(first, last))
    replica.prepare()
    letters = len(replica.letters())
    with replica:
        print(json.dumps({"url": replica.url, "letters": letters}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
