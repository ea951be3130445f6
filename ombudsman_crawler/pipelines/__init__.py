"""The way of what was found: fetched, read, stored. One step each, one outcome."""
