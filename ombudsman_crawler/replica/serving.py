"""The replica as the command line runs it: until somebody stops it."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from ombudsman_crawler.replica.replica import Replica


def serve(
    *,
    councils: int = 12,
    years: tuple[int, int] = (2019, 2025),
    map_style: str = "links",
    layout: str = "mixed",
    port: int = 0,
    host: str = "127.0.0.1",
    council_pages: str = "traps",
    validators: bool = True,
) -> None:
    """Serve a replica until SIGINT or SIGTERM; prints its address as the first line.

    For the command line: call it in the main thread. Raises ValueError for arguments that can't be
    served and OSError when it can't listen.
    """
    replica = Replica(
        councils=councils,
        years=years,
        map_style=map_style,
        layout=layout,
        port=port,
        host=host,
        council_pages=council_pages,
        validators=validators,
    )
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with replica:
            print(replica.url, flush=True)
            stopped.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
