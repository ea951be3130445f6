"""From the bytes of a national table to its rows and figures. Knows no network and no database."""
