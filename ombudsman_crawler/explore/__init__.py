"""The explorer: the analysts' database in a browser, where every number shows its evidence.

Datasette serves the tables, their JSON and CSV, and SQL under `/data`; the pages for people are a
plugin of it. Every page is a function of the analysts' database and the address asked for
(`pages/`); `plugin` says which address is whose, `shown` which database is shown, `server` runs it.
"""
