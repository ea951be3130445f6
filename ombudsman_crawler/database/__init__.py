"""The database: its tables and views, the one who writes it, and what others may ask of it."""
