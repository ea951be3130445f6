"""Scrapy's settings, each with the reason it differs from Scrapy's own default."""

import os

from ombudsman_crawler import __version__
from ombudsman_crawler.site.urls import LIVE_SITE

BOT_NAME = "ombudsman_crawler"
SPIDER_MODULES = ["ombudsman_crawler.spiders"]

# -- what is crawled, and where to ---------------------------------------------

# The site to crawl; `ombudsman replica` serves a small copy for trying things out.
OMBUDSMAN_SITE = os.environ.get("OMBUDSMAN_SITE", LIVE_SITE)
# Where everything is kept. One storage belongs to one site.
OMBUDSMAN_STORAGE = os.environ.get("OMBUDSMAN_STORAGE", "storage")
# An address or page for the site's operators; goes into the User-Agent.
OMBUDSMAN_CONTACT = os.environ.get("OMBUDSMAN_CONTACT", "")
# What the run's record says it was: the command line fills it in.
OMBUDSMAN_COMMAND = "scrapy crawl"
# A word on the run, kept in its record.
OMBUDSMAN_NOTE = None
# Where documents are kept when it isn't the storage: a dry run works on a copy of the database.
OMBUDSMAN_DOCUMENTS = None
# Whether this process holds the storage's lock: only who does may put right what a killed run left.
OMBUDSMAN_HOLDS_STORAGE = False
# Keep everything that goes over the wire as WARC: the archive that others can read.
OMBUDSMAN_WARC = True
# Draw a live line of progress where there is a terminal.
OMBUDSMAN_PROGRESS = False

# -- whom to tell ---------------------------------------------------------------

# Addresses of Apprise (mailto://…, slack://…, json://…), told when a run fails or finds something
# new. From the environment only: they hold secrets, which a command line shows to everybody.
OMBUDSMAN_NOTIFY = os.environ.get("OMBUDSMAN_NOTIFY", "")
# An address that is asked for after each good run: a service there notices when it isn't.
OMBUDSMAN_HEARTBEAT = os.environ.get("OMBUDSMAN_HEARTBEAT", "")

# -- when a run has failed -----------------------------------------------------

# There are about 320 councils: fewer than this on the very first run means a map half read.
OMBUDSMAN_MIN_COUNCILS = 250
# One letter in twenty may fail (a dead link stays dead for years) before the run is a failure.
OMBUDSMAN_MAX_FAILED_SHARE = 0.05

# -- decisions -----------------------------------------------------------------

# The oldest month the search for decisions is asked for, unless --years goes further back: there
# are none of before.
OMBUDSMAN_DECISIONS_SINCE = "2013-04-01"
# A window of the search with more pages than this is halved: while so many are asked for, rows may
# shift from one page to another.
OMBUDSMAN_DECISION_PAGES = 50
# How many older windows one run asks for at most; 0 for all that are due.
OMBUDSMAN_DECISION_WINDOWS = 0

# -- reading -------------------------------------------------------------------

# Worker processes: two take 0.6 of the time of one; more than the cores only take memory.
OMBUDSMAN_READERS = min(2, os.cpu_count() or 1)
# A letter is read in well under a second; what takes this long hangs.
OMBUDSMAN_READING_SECONDS = 60.0
# Address space of one worker, in MiB: a decompression bomb ends in its own worker.
OMBUDSMAN_READING_MEMORY = 2048
# Read scanned pages by OCR (needs the extra `ocr`); every figure of such a letter is doubtful.
OMBUDSMAN_OCR = False
# While OCR is on: a scanned page takes 3 to 10 seconds of a core, a document has up to 30.
OMBUDSMAN_OCR_READING_SECONDS = 600.0
# While OCR is on: the engine with its models and a page takes up to 1.2 GB more.
OMBUDSMAN_OCR_READING_MEMORY = 3584

# -- politeness ----------------------------------------------------------------

USER_AGENT = f"ombudsman_crawler/{__version__} (archive of published annual review letters" + (
    f"; {OMBUDSMAN_CONTACT})" if OMBUDSMAN_CONTACT else ")"
)
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = BOT_NAME
# One request at a time and about one a second; AutoThrottle slows down further with the site.
CONCURRENT_REQUESTS = 2
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 10.0
# Pages need no cookie; and with cookies on, Scrapy asks the network for a list of domains.
COOKIES_ENABLED = False
RETRY_TIMES = 3
# A retry waits this long, then twice, four times as long.
OMBUDSMAN_RETRY_SECONDS = 5.0
# A Retry-After is respected up to this many seconds.
OMBUDSMAN_RETRY_AFTER_CAP = 300.0
# So many refusals in a row (403, 429, block pages; retries count) end the run as blocked: one
# letter may be withdrawn, but a site that says no to everything isn't to be hammered.
OMBUDSMAN_REFUSALS_IN_A_ROW = 5
# A stop waits for what is under way, and no longer than this.
DOWNLOAD_TIMEOUT = 30

# -- safety --------------------------------------------------------------------

# The largest letter known has a few MiB.
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
DOWNLOAD_VERIFY_CERTIFICATES = True
# Neither opens a port that takes commands.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# The spider follows what it recognises; a page can't send it elsewhere.
METAREFRESH_ENABLED = False

# -- how the crawl is put together ---------------------------------------------

# What goes over the wire is seen whole only here, below decompression.
DOWNLOAD_HANDLERS = {
    "http": "ombudsman_crawler.download_handlers.OverTheWire",
    "https": "ombudsman_crawler.download_handlers.OverTheWire",
}

# The spider visits each page once by its own account; a filter would drop requests in silence.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
# Each item in a pipeline holds a letter in memory: few at a time are also faster.
CONCURRENT_ITEMS = 8

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "ombudsman_crawler.middlewares.OneSite": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "ombudsman_crawler.middlewares.Robots": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "ombudsman_crawler.middlewares.PatientRetry": 550,
    # Below the retries, so that each attempt counts.
    "ombudsman_crawler.breaker.Breaker": 560,
    # Each attempt is recorded below retries and redirects, above decompression.
    "ombudsman_crawler.middlewares.Captures": 610,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "ombudsman_crawler.middlewares.Decompression": 620,
}
ITEM_PIPELINES = {
    "ombudsman_crawler.pipelines.store.StoreSeen": 50,
    "ombudsman_crawler.pipelines.fetch.FetchListed": 100,
    "ombudsman_crawler.pipelines.read.ReadLetter": 200,
    "ombudsman_crawler.pipelines.read_page.ReadPage": 210,
    "ombudsman_crawler.pipelines.read_decision.ReadDecision": 220,
    "ombudsman_crawler.pipelines.read_report.ReadReport": 230,
    "ombudsman_crawler.pipelines.read_table.ReadTable": 240,
    "ombudsman_crawler.pipelines.store.Store": 300,
}
EXTENSIONS = {
    "scrapy.extensions.telnet.TelnetConsole": None,
    "ombudsman_crawler.extensions.RunRecord": 10,
    "ombudsman_crawler.extensions.LastLetter": 20,
    "ombudsman_crawler.extensions.Progress": 500,
}

LOG_LEVEL = "INFO"
