"""The crawls that filled the database, and what their checks said."""

from __future__ import annotations

RUNS = """
SELECT run.id AS run_id, run.command, run.collections, run.site, run.started, run.finished,
       run.verdict, run.reason, run.whole, json_extract(run.versions, '$."ombudsman-crawler"')
           AS program
FROM run
"""

RUN_CHECKS = """
SELECT run_check.run_id, run_check.name AS "check", run_check.required, run_check.passed,
       run_check.detail
FROM run_check
"""
