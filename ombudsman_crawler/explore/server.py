"""Running the explorer on this machine."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from ombudsman_crawler.database import describe
from ombudsman_crawler.explore.plugin import STATIC, TEMPLATES, Explorer
from ombudsman_crawler.explore.shown import Shown

_TELLS_ALL = "datasette.handle_exception"
_OWN = frozenset({"127.0.0.1", "localhost", "::1"})
# The name of the database in addresses: /data/figures.
_DATABASE = "data"


def application(shown: Shown, hosts: frozenset[str] | None = None) -> Any:
    """Return the explorer as an ASGI application over what is shown. `hosts` are the names it may
    be asked by, None any."""
    explorer = Explorer(shown, hosts)
    datasette = Datasette(
        [],
        template_dir=str(TEMPLATES),
        static_mounts=[("assets", str(STATIC))],
        settings={"sql_time_limit_ms": 5_000, "max_returned_rows": 1_000},
        metadata=describe.datasette_metadata(
            shown.analysts.columns(), shown.analysts.about, _DATABASE
        ),
    )
    explorer.datasette = datasette
    # Its own way prints every variable of every frame to standard output, a page that isn't there
    # included; `Explorer.handle_exception` takes its place.
    if pm.has_plugin(_TELLS_ALL):
        pm.unregister(name=_TELLS_ALL)
    # Several may run in one process.
    pm.register(explorer, name=f"{explorer.__name__}-{id(explorer)}")
    datasette.remove_database("_memory")

    def show(path: Path) -> None:
        if _DATABASE in datasette.databases:
            datasette.remove_database(_DATABASE)
            # Its threads keep their connections by the database's name: these have none yet.
            datasette.executor = ThreadPoolExecutor(datasette.setting("num_sql_threads"))
        datasette.add_database(Database(datasette, str(path), is_mutable=False), name=_DATABASE)

    show(shown.analysts.path)
    shown.renewed = show
    return datasette.app()


def names_of(host: str) -> frozenset[str] | None:
    """Return the names by which a server at an address may be asked for. Only this machine's own
    are where only this machine is served: another site's name that leads here (DNS rebinding) is no
    way in. None, any, where it serves others too."""
    return _OWN if host.lower() in _OWN else None


def serve(shown: Shown, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve what is shown until Ctrl-C; `ready` is told the address. Raises OSError where the port
    is taken or the host isn't this machine's."""
    # The server ends itself in good order and says the signal again then: this end is a good one.
    signal.signal(signal.SIGTERM, _end)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        taken = listening.getsockname()[1]
        ready(f"http://{f'[{host}]' if ':' in host else host}:{taken}/")
        server = uvicorn.Server(
            uvicorn.Config(
                application(shown, names_of(host)),
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        server.run(sockets=[listening])


def _end(*_: object) -> None:
    sys.exit(0)
