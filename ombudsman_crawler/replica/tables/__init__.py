"""The national tables: a yearly file or three, with a row for every authority of the year.

Their figures are those of the letters; their form changes from year to year (`styles`).
"""
