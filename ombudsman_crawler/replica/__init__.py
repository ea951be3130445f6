"""A small copy of www.lgo.org.uk on this machine, which the demo, tests and benchmarks crawl.

Real councils, letters and pages in the site's forms, and figures that are published ones where
they are known and generated elsewhere. Deterministic: two replicas serve equal bytes. It shares no
words or code with the rooms that read the site and the letters.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ombudsman_crawler.replica.catalogue import ReplicaLetter
    from ombudsman_crawler.replica.decisions import ReplicaDecision
    from ombudsman_crawler.replica.faults import Fault
    from ombudsman_crawler.replica.improvements import ReplicaImprovement
    from ombudsman_crawler.replica.public_reports import ReplicaReport
    from ombudsman_crawler.replica.replica import Replica, serve
    from ombudsman_crawler.replica.server import Hit

__all__ = [
    "Fault",
    "Hit",
    "Replica",
    "ReplicaDecision",
    "ReplicaImprovement",
    "ReplicaLetter",
    "ReplicaReport",
    "serve",
]


# The server and the PDF library are an optional extra: they load when they are first asked for.
_HOMES = {
    "Fault": "faults",
    "Hit": "server",
    "Replica": "replica",
    "ReplicaDecision": "decisions",
    "ReplicaImprovement": "improvements",
    "ReplicaLetter": "catalogue",
    "ReplicaReport": "public_reports",
    "serve": "replica",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
