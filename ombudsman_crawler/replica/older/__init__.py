"""The letters for the years ending 2005 to 2018, a module per form of their statistics.

Later letters are in `content` and `drawing`; `letter` is the way in.
"""
