"""The analysts' database as files for other programs: CSV, Parquet, Excel, a data package."""
