"""The tables as Core sees them, for statements that write many rows or upsert."""

from __future__ import annotations

from sqlalchemy import Table

from ombudsman_crawler.database import collections, models


def _table(model: type[models.Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


STORAGE = _table(models.Storage)
AUTHORITY = _table(models.Authority)
AUTHORITY_NAME = _table(models.AuthorityName)
AUTHORITY_SUCCESSOR = _table(models.AuthoritySuccessor)
RUN = _table(models.Run)
RUN_CHECK = _table(models.RunCheck)
LINK = _table(models.Link)
OUTCOME = _table(models.Outcome)
ADDRESS = _table(models.Address)
WARC = _table(models.Warc)
ATTEMPT = _table(models.Attempt)
DOCUMENT = _table(models.Document)
DOCUMENT_WORDS = _table(models.DocumentWords)
DOCUMENT_WITNESS = _table(models.DocumentWitness)
LETTER = _table(models.Letter)
LETTER_VERSION = _table(models.LetterVersion)
VERSION_DOCUMENT = _table(models.VersionDocument)
READING = _table(models.Reading)
FIGURE = _table(models.Figure)
FINDING = _table(models.Finding)
ACKNOWLEDGEMENT = _table(models.Acknowledgement)
PAGE_READING = _table(collections.PageReading)
PAGE_DOCUMENT = _table(collections.PageDocument)
NATIONAL_TABLE = _table(collections.NationalTable)
TABLE_ROW = _table(collections.TableRow)
DECISION = _table(collections.Decision)
DECISION_VERSION = _table(collections.DecisionVersion)
DECISION_DOCUMENT = _table(collections.DecisionDocument)
DECISION_WINDOW = _table(collections.DecisionWindow)
PUBLIC_REPORT = _table(collections.PublicReport)
REPORT_TEXT = _table(collections.ReportText)
SERVICE_IMPROVEMENT = _table(collections.ServiceImprovement)
LIST_READ = _table(collections.ListRead)
WITHHOLDING = _table(collections.Withholding)
ERASURE = _table(collections.Erasure)

#: Every table by its name.
NAMED = {table.name: table for table in models.Base.metadata.sorted_tables}
