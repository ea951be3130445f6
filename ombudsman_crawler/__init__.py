"""An archival crawler of the Local Government and Social Care Ombudsman's annual review letters."""

__version__ = "0.1.0"
