"""www.lgo.org.uk as pages: HTML in, records out. Pure functions, one module per kind of page."""
