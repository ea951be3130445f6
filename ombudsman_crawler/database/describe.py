"""What every table, view and column means, as text: the source of docs/data.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, text

from ombudsman_crawler import credits, findings, metrics
from ombudsman_crawler.database import acknowledgements, models, run_checks, snapshot, views
from ombudsman_crawler.database.views import disagreement
from ombudsman_crawler.items import Outcome
from ombudsman_crawler.letters.letter import Status

_VIEWS = {
    "doubt": "One finding that casts doubt on figures, under its lasting name.",
    "current_reading": "The newest reading of each letter's current version.",
    "figures": "One figure of a current reading, with the words it came from. Gone letters are "
    "included.",
    "annual_summary": "One authority and one year ending with any current figure, and a column for "
    "each metric: the letter's figure before the council page's before the national table's. "
    "Doubtful values are shown; restated ones aren't.",
    "similar_average": "One average of similar authorities as letters print it. Two rows for one "
    "kind, year and metric mean that letters disagree.",
    "coverage": "One authority and one year between the first and the last the site lists: what "
    "there is of each collection.",
    "doubt_elsewhere": "One finding that casts doubt on figures of a council page or a national "
    "table, under its lasting name.",
    "current_page": "What each council's page said last of each year.",
    "page_history": "One content that a council's page had: which year it showed, and from when to "
    "when it was seen.",
    "current_table": "The national table that counts of each subject and year: what its address "
    "serves still, and of files side by side the one met last.",
    "national_rows": "One row of a national table, of current ones and of earlier ones: as "
    "printed, and whose it is.",
    "disagreement": "One metric of an authority's year that its sources print differently. What "
    "was only rounded isn't different: whole percentages from ones with decimals.",
    "public_reports": "One public report of an authority under each headline it was listed under, "
    "with the text of its document.",
    "service_improvements": "One improvement an authority agreed to, under each wording it was "
    "listed with.",
    "absences": "One metric without a value in a council's annual letter of a year, and why.",
    "metric": "One metric of the vocabulary.",
    "authorities": "One body: a council of the register, or another that the site names.",
    "authority_names": "One other name of a body.",
    "successors": "One body that ended and the one that took over from it.",
    "letters": "One letter as it is now: its current version and what that says of itself.",
    "letter_versions": "One wording of a letter, in the order in which they were first seen.",
    "version_figures": "One figure of a version that isn't current any longer.",
    "findings": "One finding about what is current, notes too, with the last word of a person.",
    "runs": "One crawl.",
    "run_checks": "One named check of a run.",
    "decisions": "One decision as its current page says; what was never had, as the search lists "
    "it. Decisions gone from the site are included.",
    "decision_count": "One authority and one year ending, by the days of the decisions, and how "
    "many were decided how. Those of bodies that aren't known are in no row.",
    "capture": "One attempt at one address, failures too. `document_id` is what the server gave "
    "or, with status 304, said is unchanged; a file that was taken in by hand has a document and "
    "neither a status nor an error.",
    "withheld": "One document that people withhold from publication, or decision: it has a row for "
    "each of its documents, and one where it has none.",
    "comparability_break": "One metric and one year ending from which it can't be compared "
    "with the years before.",
}

#: What the table `about` of the analysts' database says, by name.
ABOUT = {
    "title": "what the database is of",
    "site": "host of the site without `www.`, or `replica`",
    "replica": "1: test data of a replica, which say nothing about any council; else 0",
    "warning": "what to be warned of; only in test data",
    "made": "when the file was made",
    "data_until": "when the newest answer was had from the site",
    "as_of": "the day at whose end it stood so; empty: as it stood when it was made",
    "run": "number of the last run that is in it",
    "judged": "numbers of the runs that `run_checks` has the checks of: those that no later run "
    "which asked for as much has taken the place of",
    "withheld": "how many documents and decisions are withheld from publication",
    "unidentified": "how many documents tell neither whose letter they are nor of which year: they "
    "are archived, and in no table",
    "program": "version of this program",
    "schema": "revision of the storage's schema",
    "terms": "whose the data are, and on what terms they may be used",
    "caution": "what the Ombudsman cautions of",
    "register": "where the register of councils comes from",
    "checks": "whether the required checks of these runs hold, or what doesn't; only in what was "
    "published",
    "cite": "how to cite it; only in what was published",
}

#: What only the analysts' database has, and its columns.
_OF_SNAPSHOT = {
    "about": ("What the database says of itself.", {"name": "see below", "value": "what it says"}),
    "authority": (
        "One body. The view `figures` is made of this, `document` and `figure`.",
        {"id": "number of the row in this file", "name": "name of the authority"},
    ),
    "document": (
        "One document that is a letter or that figures stand in.",
        {
            "id": "number of the row in this file",
            "pages": "number of pages; null of what has none",
            "url": "the address it was last had from",
        },
    ),
    "figure": (
        "One figure. Use the view `figures`, which has names for numbers.",
        {
            "authority_id": "→ `authority`",
            "document_id": "→ `document`",
            "suffix": "the end of its `figure_id`",
        },
    ),
}

#: The tables and views of the analysts' database, in the order in which they are documented.
ANALYSTS_TABLES = (*snapshot.NAMES, *_OF_SNAPSHOT)

_HOLDS = {"INTEGER": "integer", "REAL": "number", "TEXT": "text"}

_SEARCH = (
    "A virtual table, for full-text search (SQLite's FTS5): one letter, decision, public report or "
    "improvement as it is now. `WHERE search MATCH 'complaint'` finds its words by their stems; "
    "`snippet(search, 5, '[', ']', '…', 24)` shows where. Erased documents have no row."
)

#: Columns by name, where a name means the same wherever it stands; `table.column` where not.
_COLUMNS = {
    "address_id": "→ `address`",
    "warc_id": "→ `warc`; null without an answer or a WARC",
    "file": "the file within the storage",
    "absence": "why there is no value: " + ", ".join(metrics.ABSENCES),
    "acknowledged": "codes of findings that people have looked at, each with the verdict: "
    "`code:right`",
    "acknowledgement.note": "why",
    "acknowledgement.verdict": "what the person found: see below",
    "doubt.acknowledged": "the last verdict of a person, null while there is none",
    "doubt.metric": "name of the metric; null: about the whole letter",
    "address": "path and query within the site; the whole URL when it lies elsewhere",
    "addressee": "to whom the letter is addressed, as printed",
    "arguments": "what was asked for, as JSON",
    "authority": "name of the authority",
    "authority_as_printed": "the authority's name as the letter prints it",
    "authority_id": "→ `authority`",
    "authority_name.name": "another name of the authority",
    "authority_name.source": "where the name was met: `register` or `site`",
    "authority_successor.date": "the first day after, where it is known",
    "authority_successor.source": "`register`, or `site` where a council's page says so",
    "box": "[x0, y0, x1, y1] around the printed number, or around its label or cell where the "
    "number is absent; points from the top left of the page as displayed",
    "capture_id": "→ `capture`",
    "code": "the finding's lasting name",
    "command": "the command that was run",
    "content_sha256": "hash of what the reading says",
    "counts": "what the crawl counted, as JSON: `councils` on the map, `pages` asked for, "
    "`failed_pages`, letters `discovered`; findings of the `review` across letters, and how often "
    "its checks were skipped for want of something to compare with; what later runs are compared "
    "with: `listed_by_year`, `metric_coverage`; the run's `warc` (file, exchanges, revisits, "
    "bytes; null without one), and what was `torn` from a killed run's (file, bytes, kept_as)",
    "coverage.state": "`archived`, `missing`, `failed`, `unread`, `gone` or `not_expected`: "
    "see below",
    "created": "when the storage was begun",
    "current_version_id": "→ `letter_version`: the one the site served last that can be read",
    "detail": "what was compared",
    "document_id": "→ `document`",
    "document_sha256": "SHA-256 of the document's bytes",
    "doubtful": "the doubtful metrics, comma-separated",
    "absences.absence": "why there is no value: an absence of a figure, or one of "
    + ", ".join(metrics.SILENCES),
    "absences.form": "form of the letter's statistics",
    "metric.metric": "its name",
    "forms": "the forms that carry it, comma-separated",
    "first_year": "the first year ending that letters carry it",
    "comparability_break.first_year": "the first year ending that can't be compared with those "
    "before",
    "last_year": "the last year ending that letters carry it, null: still",
    "definition": "what it means in the Ombudsman's sense",
    "printed_as": "how letters print it",
    "comparability_break.kind": ", ".join(f"`{name}`" for name in metrics.BREAKS),
    "meaning": "what the break is",
    "confirmed_by": "the newest version of the reader that came to the same reading",
    "copy": "1 while only others than the site are known to have kept it",
    "texts": "what it extracts, by page, compressed",
    "witness": "the second reader and its version; null where there was none",
    "document_path": "the document's file within the storage",
    "doubts": "codes of the findings that make the figure doubtful, comma-separated",
    "duration_ms": "milliseconds the reading took",
    "error": "how an attempt failed that had no answer",
    "etag": "the server's ETag",
    "extractor": "the version of the extractor that found the words",
    "figure_id": "lasting name of the figure, the same for every reading",
    "finished": "when the run ended; of a replay, when the archived run did",
    "first_day": "first day of its life, where known",
    "first_page": "first page of the letter in the document",
    "first_seen": "when the site first listed or served it",
    "form": "statistics form of the letter: see below",
    "found_on": "the page that linked it",
    "gone_since": "since when the site answers 404 or 410",
    "gss_code": "code of the Office for National Statistics",
    "headers": "response headers as JSON, as the client delivers them: transfer and content coding "
    "are undone",
    "attempt.headers": "response headers as JSON; where `headers_from` isn't null what differs "
    "from the headers there, as a JSON merge patch (RFC 7396)",
    "headers_from": "→ `attempt`: the earlier one by whose headers these are told",
    "id": "number of the row",
    "key": "lasting short name",
    "kind": "`county`, `district`, `metropolitan`, `unitary`, `london_borough` or `other`",
    "label": "the link's own words",
    "last_asked": "when it was last asked for with an answer",
    "last_day": "last day of its life, where known",
    "last_modified": "the server's Last-Modified",
    "last_page": "last page of the letter in the document",
    "last_seen": "when the site last listed or served it, or confirmed it with a 304",
    "letter.kind": "`annual` or `follow_up`",
    "letter_date": "date printed on the letter",
    "letter_id": "→ `letter`",
    "letter_kind": "`annual` or `follow_up`",
    "letters": "how many letters print this value",
    "link.kind": "`letter`, or `copy`: kept by somebody else than the site",
    "link_id": "→ `link`",
    "listed_year": "the year ending its link tells, null where it tells none",
    "map_first_seen": "when the map first listed it",
    "map_last_seen": "when the map last listed it",
    "media_type": "media type under which it was archived",
    "message": "the finding in words",
    "finding.metric": "name of the metric; null: about the whole letter",
    "metric": "name of the metric",
    "authority.name": "the register's name, or what the site calls it",
    "run_check.name": "name of the check: docs/checks.md",
    "next_due": "from when it will be asked for again, as things stood when it was last asked for",
    "origin": "`reading` (checks within a letter) or `review` (across letters)",
    "outcome": "what became of the letter: " + ", ".join(Outcome),
    "page": "page of the document, from 1",
    "page_address": "address of its page on the site",
    "page_count": "number of pages",
    "part": "which letter of a document that holds several, from 1",
    "passed": "1, 0, or null where the check had nothing to go by",
    "path": "file within the storage",
    "period_end": "last day of the period the figures are for, as printed",
    "period_start": "first day of the period",
    "post": "the addressee's post, as printed",
    "predecessor_id": "→ `authority` that ended",
    "producer": "the program that made the PDF, as it says",
    "reader": "the version of the reader",
    "reading_id": "→ `reading`",
    "reason": "why, in words",
    "required": "whether the run fails with it",
    "restated": "1 for an earlier year in a table of several years",
    "run.note": "a word on the run",
    "run.verdict": "`ok`, `failed`, `stopped`, `blocked`, `killed`; null while it runs",
    "run_id": "→ `run`",
    "schema": "the schema's revision",
    "severity": "`note`, `warning` or `error`; the last two make a figure doubtful",
    "sha256": "SHA-256 of its bytes",
    "signatory": "who signed",
    "site": "host of the site without `www.`, or `replica`",
    "size": "bytes",
    "slug": "the site's own name for the council in addresses",
    "source": "`letter`, `council_page` or `national_table`",
    "sources": "the source of each metric, as JSON",
    "started": "when the run began; of a replay, when the archived run did",
    "capture.status": "HTTP status, null without an answer",
    "attempt.status": "HTTP status, null without an answer",
    "annual_summary.status": "`ok` or `suspect`",
    "status": "`ok`, `suspect`, `unreadable`, `unknown_form` or `not_a_letter`",
    "subject": "`authority:<key>`, or `finding:<code>:<key>:<year>:<metric>`",
    "successor_id": "→ `authority` that took over",
    "text": "the sentence or cell the number stands in",
    "text_sha256": "hash of the words in order",
    "time": "when it happened",
    "title": "title of the letter",
    "unit": "unit of the value",
    "url": "the whole address",
    "value": "the number; percentages from 0 to 100",
    "value_text": "the number as printed",
    "version_id": "→ `letter_version`",
    "versions": "versions of the program and its libraries, as JSON",
    "warc_file": "WARC with the answer, within the storage; null without an answer or a WARC",
    "warc_offset": "where the answer's record begins in it, in bytes",
    "who": "by whom",
    "whole": "1 when everything was asked for: no window, no sample",
    "words": "the words with their boxes, compressed",
    "year_ending": "the year ending 31 March",
}

# What is said of letters, versions, findings and runs in the views of these names.
_OF_ANALYSTS = {
    "authorities.key": "its lasting short name, as in `figure_id`",
    "authority_names.name": "the other name",
    "authority_names.source": "where the name was met: `register` or `site`",
    "successors.predecessor": "name of the authority that ended",
    "successors.successor": "name of the authority that took over",
    "successors.date": "the first day after, where it is known",
    "successors.source": "`register`, or `site` where a council's page says so",
    "letter": "lasting short name of the letter: the authority's key, the year ending and, unless "
    "it is the annual letter, its kind",
    "letters.letter_kind": "`annual` or `follow_up`",
    "letters.versions": "how many wordings of it are kept",
    "letters.gone_since": "since when no address of it is answered any longer",
    "letters.withheld": "1: its document is withheld from publication, and nothing is said of it",
    "erased": "1: its document's bytes were erased; its hash and figures stay",
    "version": "number of the wording, from 1",
    "letter_versions.current": "1 for the one that counts",
    "read_at": "when it was read",
    "findings.subject": "lasting name of the finding, as `ombudsman acknowledge` takes it; null "
    "for a note",
    "findings.metric": "name of the metric; null: about the whole letter, page or row",
    "findings.source": "`letter`, `council_page` or `national_table`",
    "findings.acknowledged": "the last verdict of a person, null while there is none",
    "acknowledged_by": "whose verdict it is",
    "acknowledged_at": "when it was given",
    "acknowledged_note": "why",
    "runs.run_id": "number of the run",
    "runs.reason": "why it ended so",
    "runs.verdict": "`ok`, `failed`, `stopped`, `blocked` or `killed`; null while it runs",
    "program": "version of this program",
    "check": "name of the check",
}

#: The same of what the map holds besides letters.
_OF_COLLECTIONS = {
    "asked": "when it was last asked for",
    "authority_as_listed": "the authority's name as the search lists it",
    "blurb": "the sentence under its headline in the list",
    "category": "the site's category of it, as printed",
    "cells": "the row's cells as printed, as JSON",
    "collected": "how many distinct decisions its pages held",
    "collections": "what the run collected, comma-separated",
    "columns": "the headings as printed, as JSON",
    "council_page": "what its page says of the year: `archived`, `no_data` (the zeros of an "
    "abolished council), `no_statistics`, `unread`; null: never seen (a page shows one year)",
    "coverage.decisions": "decisions of the year that are kept",
    "coverage.public_reports": "public reports of the year that are kept",
    "coverage.service_improvements": "service improvements of the year that are kept",
    "date": "its date, where one is printed",
    "decision_address": "the address of the case's decision, where there is one",
    "public_reports.date": "its date: as the list has it, else as its document says it; null where "
    "neither does",
    "public_reports.reference": "the case's reference: as the list has it, else as its document "
    "says it",
    "public_reports.text": "the text of its document, blocks divided by blank lines; null where it "
    "hasn't been read or has none",
    "public_reports.title": "its headline in the list",
    "public_reports.url": "where its document is; null where the list doesn't link it",
    "public_report.key": "its address or, without one, its headline",
    "public_report.title": "its headline in the list",
    "report_text.reason": "why there is no text, or not all of it",
    "report_text.status": "`ok`, `no_text` (a scan), `unreadable`, or `failed`: its reader "
    "was ended, the next run reads it again",
    "report_text.text": "the document's text, blocks divided by blank lines",
    "report_text.title": "the heading of the document",
    "collection": "`reports` or `improvements`",
    "last_run_id": "→ `run`: the last that met it",
    "service_improvement.key": "the case's reference or the decision's address, else empty",
    "service_improvement.text": "what the authority agreed to do, as listed",
    "service_improvements.text": "what the authority agreed to do, as listed",
    "service_improvement.year_ending": "the year ending 31 March of its date or of the span it is "
    "listed under; null where neither tells it",
    "service_improvements.year_ending": "the year ending 31 March of its date or of the span it is "
    "listed under; null where neither tells it",
    "text_reason": "why there is no text, or not all of it",
    "text_status": "`ok`, `no_text` (a scan), `unreadable`, or `failed`: its reader was ended, "
    "the next run reads it again; null: not read",
    "year": "the year it is listed under, as printed",
    "decided": "the day of the decision",
    "decision_id": "→ `decision`",
    "decision_kind": "`statement` or `report`, null where the search doesn't say",
    "decisions.authority": "name of the authority; null for a body that no name is known of",
    "decisions.authority_as_printed": "the body's name as the page prints it",
    "decisions.doubts": "what the page and the search say differently (`reference`, `outcome`, "
    "`decided`; the page's is shown), comma-separated",
    "decisions.outcome": "what was decided, as printed",
    "decisions.remedies": "the text of the sections on agreed or recommended actions; null without "
    "one",
    "decisions.status": "`ok`, `unrecognised` (what was served there is no decision's page); null: "
    "never had",
    "decisions.year_ending": "the year ending 31 March that the day of the decision is in",
    "versions": "how many wordings of it are kept",
    "decision_count.decisions": "how many in all",
    "upheld": "decided as upheld",
    "not_upheld": "decided as not upheld",
    "closed_after_initial_enquiries": "closed after initial enquiries",
    "other_outcomes": "decided otherwise, or without an outcome that is known",
    "collected_whole": "1 where every day of the year was collected, after its last decisions had "
    "come out; else more may be missing",
    "decision.kind": "`statement` or `report`",
    "decision_version.status": "`ok` or `unrecognised`: no decision's page",
    "decision_window.state": "`complete`, `short` (fewer were collected than stated) or `open`",
    "difference": "the largest value less the smallest",
    "disagreement.council_page": "what the council page says",
    "disagreement.letter": "what the letter says",
    "disagreement.national_table": "what the national table says",
    "disagreement.reason": "why they differ, as far as it is known: see below",
    "council_page_text": "the sentence of the page",
    "letter_text": "the sentence or the cell of the letter",
    "national_table_text": "the cell of the table, with its heading",
    "header_row": "the row of the headings, from 1",
    "layout": "`annual_statistics` or `complaint_overview`",
    "matched_by": "how its name was found to be the authority's: `exact`, `known_name`, `fuzzy` "
    "(a finding explains it) or `new`",
    "name_as_printed": "the council's name as the page prints it",
    "national_tables": "the subjects of the national tables that have a row of it, comma-separated",
    "number": "the row's number, from 1",
    "decision.outcome": "what was decided, as listed",
    "decision_version.outcome": "what was decided, as printed",
    "page_reading.state": "`figures`, `no_data` (the zeros of an abolished council) or "
    "`no_statistics`",
    "current": "1 for what the page said last of this year",
    "figures": "how many figures with a value it has",
    "page_history.first_seen": "when the page first said so",
    "page_history.last_seen": "when the page last said so",
    "page_history.state": "`figures`, `no_data` (the zeros of an abolished council) or "
    "`no_statistics`",
    "page_history.status": "`ok`, `suspect` (doubtful figures) or `unknown_form`",
    "page_document.capture_id": "→ `page_reading`: the capture that first brought this content",
    "decision_document.version_id": "→ `decision_version`",
    "current_page.state": "`figures`, `no_data` (the zeros of an abolished council) or "
    "`no_statistics`",
    "reference": "the Ombudsman's reference of the case",
    "remedies": "what the authority agreed to do, as text",
    "sections": "its parts in order, as JSON: heading and text",
    "sheet": "the sheet's name, empty for a CSV",
    "stated": "how many results the search stated",
    "sub_category": "the site's sub-category of it, as printed",
    "current_table.subject": "`received`, `decided`, `compliance` (with or without remedies) or "
    "`remedies`; null: its headings aren't recognised",
    "national_table.subject": "`received`, `decided`, `compliance` (with or without remedies) or "
    "`remedies`; null: its headings aren't recognised",
    "national_rows.subject": "`received`, `decided`, `compliance` (with or without remedies) or "
    "`remedies`; null: its headings aren't recognised",
    "current_table.status": "`ok`, `suspect` (something in it is doubtful) or `unrecognised`",
    "national_table.status": "`ok`, `suspect` (something in it is doubtful) or `unrecognised`",
    "national_rows.status": "of the table: `ok`, `suspect` (something in it is doubtful) or "
    "`unrecognised`",
    "current_table.title": "what stands above its headings, else the sheet's name",
    "national_table.title": "what stands above its headings, else the sheet's name",
    "national_rows.title": "what stands above its table's headings, else the sheet's name",
    "national_table.reason": "why it isn't recognised",
    "current_table.reason": "why it isn't recognised",
    "national_rows.reason": "why its table isn't recognised",
    "national_rows.name": "the name as printed, without footnote marks; null where the row is "
    "nobody's: titles, headings, totals, notes",
    "national_rows.current": "1 in the file that was served last of its subject and year",
    "national_rows.findings": "codes of the findings about the row, comma-separated",
    "national_table.first_seen": "when the site first served its file",
    "national_table.last_seen": "when the site last served its file, or confirmed it with a 304",
    "withholding.subject": "`document:<sha256>` or `decision:<reference>`",
    "summary": "the summary, as printed",
    "table_id": "→ `national_table`",
    "table_row.name": "the name as printed, without footnote marks; null where the row is "
    "nobody's: titles, headings, totals, notes",
    "table_row_id": "→ `table_row`; null where it is no row's",
    "unlisted_since": "since when a list that was read whole no longer shows it",
    "why": "why",
    "withheld": "1: withheld from publication; 0: not, or no longer",
    "withheld.subject": "`document:<sha256>` or `decision:<reference>`",
    "erasure.finished": "when it was done; null: it isn't, and `ombudsman erase` does the rest",
    "erasure.document_id": "→ `document`, whose row stays",
    "search.kind": "`letter`, `decision`, `report` or `improvement`",
    "search.key": "its lasting short name: of a letter authority and year, of a decision the "
    "reference",
    "search.title": "its title",
    "search.body": "its words",
    "search.source": "which version the row was made of",
}


_LISTS: dict[str, dict[str, str]] = {
    "Absences": metrics.ABSENCES,
    "What the view `absences` says besides": metrics.SILENCES,
    "Forms": metrics.FORMS,
    "Breaks in comparability": metrics.BREAKS,
    "Statuses of a reading": {
        Status.OK: "read without a doubt",
        Status.SUSPECT: "read, and at least one figure is doubtful",
        Status.UNREADABLE: "the document can't be read; a finding says why",
        Status.UNKNOWN_FORM: "a letter whose statistics are in no form this version reads",
        Status.NOT_A_LETTER: "another document",
    },
    "Outcomes of a letter in a run": {
        Outcome.ARCHIVED: "fetched for the first time",
        Outcome.NEW_VERSION: "fetched, and its words differ from what was served before",
        Outcome.UNCHANGED: "asked for, and still the same",
        Outcome.NOT_DUE: "known, and not asked for this time",
        Outcome.OUT_OF_WINDOW: "its year wasn't asked for",
        Outcome.REFUSED: "not asked for: robots.txt, another site or another scheme",
        Outcome.REJECTED: "what came whole is no PDF",
        Outcome.FAILED: "asked for in vain, retries included",
        Outcome.GONE: "404 or 410 for a letter once archived",
        Outcome.NOT_ATTEMPTED: "the run was stopped, or its limit was reached",
    },
    "States of coverage": {
        "archived": "archived and read",
        "gone": "archived and read; no longer on the site",
        "unread": "archived, but not read as a letter",
        "failed": "listed, and asked for in vain",
        "missing": "expected, and neither archived nor failed",
        "not_expected": "outside the authority's life, before the first year the site lists, or of "
        "a body that gets no letter",
    },
    "Why sources differ": disagreement.REASONS,
    "Codes of findings": findings.load(),
    "Verdicts on findings": acknowledgements.OF_FINDINGS,
    "Verdicts on authorities": acknowledgements.OF_AUTHORITIES,
}


def meaning(table: str, column: str) -> str:
    """Return what a column means. Raises KeyError for one that nobody has explained."""
    metric = metrics.load().get(column)
    if metric is not None and table == "annual_summary":
        return f"{metric.definition} ({metric.unit})"
    known = {**_OF_ANALYSTS, **_COLUMNS, **_OF_COLLECTIONS}
    return known.get(f"{table}.{column}") or known[column]


def table_meaning(table: str) -> str:
    """Return what a row of a table or view of the analysts' database is."""
    return _OF_SNAPSHOT[table][0] if table in _OF_SNAPSHOT else _VIEWS[table]


def column_meaning(table: str, column: str) -> str:
    """Return what a column of the analysts' database means. Raises KeyError, as `meaning` does."""
    own = _OF_SNAPSHOT[table][1] if table in _OF_SNAPSHOT else {}
    return own.get(column) or meaning(table, column)


def unit(column: str) -> str | None:
    """Return the unit of a metric's column; None for other columns, and for counts."""
    metric = metrics.load().get(column)
    return metric.unit if metric is not None and metric.unit != "count" else None


def datasette_metadata(
    columns: Mapping[str, list[str]], about: Mapping[str, str], database: str
) -> dict[str, Any]:
    """Return Datasette's metadata for an analysts' database.

    `columns` are the names of each table's columns, `about` what the database says of itself,
    `database` the name under which Datasette serves it. Tables that aren't known are left out.
    """
    tables = {
        name: {
            "description": table_meaning(name),
            # Datasette's own units are those of physics: ours are words.
            "columns": {column: column_meaning(name, column) for column in columns[name]},
        }
        for name in ANALYSTS_TABLES
        if name in columns
    }
    return {
        "title": about["title"],
        "description": " ".join(
            filter(None, [about.get("warning"), credits.citation(about), about["caution"]])
        ),
        "license": "Terms of the Local Government and Social Care Ombudsman",
        "license_url": "https://www.lgo.org.uk/copyright",
        "source": "Local Government and Social Care Ombudsman",
        "source_url": "https://www.lgo.org.uk/",
        "databases": {database: {"tables": tables}},
    }


def data_page(connection: Connection) -> str:
    """Return docs/data.md for the schema of a database."""
    return "\n".join(_lines(connection)) + "\n"


def _lines(connection: Connection) -> Iterator[str]:
    yield "# The data"
    yield ""
    yield "Written by `make docs` from the code; times are UTC, ISO 8601 with Z."
    yield from ("", "## How to cite", "")
    yield "The table `about` of a database that `ombudsman publish` made says what to cite:"
    yield ""
    yield f"> {credits.citation(_EXAMPLE)}"
    yield ""
    yield "For one figure add its `figure_id`, `document_sha256` and `page`."
    yield from ("", credits.TERMS, "", credits.CAUTION, "", credits.REGISTER)
    yield from ("", "## Views", "", "Units stand in the metrics' meanings; days are ISO 8601.")
    for name in views.definitions():
        yield from ("", f"### {name}", "", _VIEWS[name], "")
        yield from (_view if name in snapshot.NAMES else _table)(connection, name)
    yield from ("", "## The published database", "")
    yield "It has these of the views as tables (`figures` and `absences` as views), and besides:"
    yield ""
    yield ", ".join(f"`{name}`" for name in snapshot.NAMES) + "."
    yield from _snapshot_tables()
    yield ""
    yield "## Tables"
    for model in models.Base.__subclasses__():
        description = " ".join((model.__doc__ or "").split())
        yield from ("", f"### {model.__tablename__}", "", description, "")
        yield from _table(connection, model.__tablename__)
    yield from ("", "### search", "", _SEARCH, "")
    yield from _table(connection, "search")
    yield ""
    yield "## Metrics"
    yield ""
    yield "| metric | unit | years ending | forms | printed as | meaning |"
    yield "|---|---|---|---|---|---|"
    for metric in metrics.load().values():
        years = f"{metric.first_year}–{metric.last_year or ''}"
        yield (
            f"| `{metric.name}` | {metric.unit} | {years} | {', '.join(metric.forms)}"
            f" | {metric.printed_as} | {metric.definition} |"
        )
    yield from ("", "## Where years aren't comparable", "")
    yield "From the year ending given on, compared with the years before:"
    yield ""
    yield "| year ending | what | metrics | why |"
    yield "|---|---|---|---|"
    for one in metrics.breaks():
        names = ", ".join(f"`{name}`" for name in one.metrics)
        yield f"| {one.first_year} | {one.kind} | {names} | {one.meaning} |"
    for title, meanings in _LISTS.items():
        yield from ("", f"## {title}", "")
        for name, said in meanings.items():
            yield f"- `{name}`: {said}"


def _table(connection: Connection, name: str) -> Iterator[str]:
    yield "| column | meaning |"
    yield "|---|---|"
    for row in connection.execute(text(f"PRAGMA table_info({name})")).mappings():
        yield f"| `{row['name']}` | {meaning(name, row['name'])} |"


def _view(connection: Connection, name: str) -> Iterator[str]:
    yield "| column | holds | meaning |"
    yield "|---|---|---|"
    for row in connection.execute(text(f"PRAGMA table_info({name})")).mappings():
        holds = _HOLDS[snapshot.type_of(name, row["name"])]
        yield f"| `{row['name']}` | {holds} | {meaning(name, row['name'])} |"


def _snapshot_tables() -> Iterator[str]:
    for name, (description, _) in _OF_SNAPSHOT.items():
        yield from ("", f"### {name} (published)", "", description, "")
        yield "| column | holds | meaning |"
        yield "|---|---|---|"
        for column, holds in snapshot.columns_of(name).items():
            yield f"| `{column}` | {_HOLDS[holds]} | {column_meaning(name, column)} |"
    yield from ("", "### What `about` says", "")
    for name, said in ABOUT.items():
        yield f"- `{name}`: {said}"


_EXAMPLE = {
    "site": "lgo.org.uk",
    "data_until": "2026-03-31T02:10:00Z",
    "as_of": "",
    "made": "2026-04-01T03:00:00Z",
    "run": "12",
    "program": "VERSION",
    "replica": "0",
}


def checks_page(advice: dict[str, str]) -> str:
    """Return docs/checks.md: each check of a run, whether it is required, and what to do."""
    lines = [
        "# The checks of a run",
        "",
        "Written by `make docs` from the code. A required check that fails is exit status 1.",
        "",
        "| check | required | what it looks at | when it fails |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{name}` | {'yes' if required else 'advises'} | {about} | {advice[name]} |"
        for name, required, about in run_checks.described()
    ]
    return "\n".join(lines) + "\n"
