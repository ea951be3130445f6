"""A national table: the bytes of a CSV or a workbook → sheets → tables with figures. Pure."""
