"""A letter: the bytes of a PDF in, what it says out. Nothing here knows a network or a database."""
