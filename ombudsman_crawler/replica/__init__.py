"""A small copy of www.lgo.org.uk on this machine, which the demo, tests and benchmarks crawl.

Real councils, letters and pages in the site's forms, and figures that are published ones where
they are known and generated elsewhere. Deterministic: two replicas serve equal bytes. It shares no
words or code with the rooms that read the site and the letters.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ombudsman_crawler.replica.agreement import Disagreement
    from ombudsman_crawler.replica.catalogue import ReplicaLetter
    from ombudsman_crawler.replica.council_truth import ReplicaPage
    from ombudsman_crawler.replica.decisions import ReplicaDecision
    from ombudsman_crawler.replica.faults import Fault
    from ombudsman_crawler.replica.improvements import ReplicaImprovement
    from ombudsman_crawler.replica.public_reports import ReplicaReport
    from ombudsman_crawler.replica.replica import Replica
    from ombudsman_crawler.replica.seeded import SeededError
    from ombudsman_crawler.replica.server import Hit
    from ombudsman_crawler.replica.serving import serve
    from ombudsman_crawler.replica.tables.grid import TableRow
    from ombudsman_crawler.replica.tables.library import ReplicaTable

__all__ = [
    "Disagreement",
    "Fault",
    "Hit",
    "Replica",
    "ReplicaDecision",
    "ReplicaImprovement",
    "ReplicaLetter",
    "ReplicaPage",
    "ReplicaReport",
    "ReplicaTable",
    "SeededError",
    "TableRow",
    "serve",
]


# The server and the PDF library are an optional extra: they load when they are first asked for.
_HOMES = {
    "Disagreement": "agreement",
    "Fault": "faults",
    "Hit": "server",
    "Replica": "replica",
    "ReplicaDecision": "decisions",
    "ReplicaImprovement": "improvements",
    "ReplicaLetter": "catalogue",
    "ReplicaReport": "public_reports",
    "ReplicaPage": "council_truth",
    "ReplicaTable": "tables.library",
    "SeededError": "seeded",
    "TableRow": "tables.grid",
    "serve": "serving",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
