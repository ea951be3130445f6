"""The bodies letters are written to, under all their names, and who followed whom."""

from __future__ import annotations

AUTHORITIES = """
SELECT authority.name AS authority, authority.key, authority.slug, authority.gss_code,
       authority.kind, authority.first_day, authority.last_day, authority.map_first_seen,
       authority.map_last_seen
FROM authority
"""

AUTHORITY_NAMES = """
SELECT authority.name AS authority, other.name, other.source
FROM authority_name AS other JOIN authority ON authority.id = other.authority_id
"""

SUCCESSORS = """
SELECT predecessor.name AS predecessor, successor.name AS successor, followed.date, followed.source
FROM authority_successor AS followed
JOIN authority AS predecessor ON predecessor.id = followed.predecessor_id
JOIN authority AS successor ON successor.id = followed.successor_id
"""
