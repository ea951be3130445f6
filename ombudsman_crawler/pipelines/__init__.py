"""The way of a letter after it is found: fetched, read, stored. One step each, one outcome."""
