"""Back up a storage, also while a crawl writes: python3 backup.py STORAGE TARGET

The database first, as one consistent moment (`VACUUM INTO`), then the files: each file is written
before the row that names it, so whatever the copied database names is there to be copied. Files
that are there already are left alone; a WARC that has grown is copied anew. What has become smaller
was damaged, or a torn WARC was mended: its copy stays, and that is said. Nothing is deleted in
TARGET. Restoring is copying TARGET back to where a storage is wanted.
"""

import shutil
import sqlite3
import sys
from pathlib import Path

DATABASE = "ombudsman.db"


def back_up(storage: Path, target: Path) -> int:
    """Bring TARGET up to date and return how many files were copied."""
    if not (storage / DATABASE).is_file():
        sys.exit(f"backup: {storage} holds no {DATABASE}")
    target.mkdir(parents=True, exist_ok=True)
    fresh = target / f".new-{DATABASE}"
    fresh.unlink(missing_ok=True)
    uri = f"{(storage / DATABASE).resolve().as_uri()}?mode=ro"
    with sqlite3.connect(uri, uri=True, timeout=60) as connection:
        connection.execute("VACUUM INTO ?", (str(fresh),))
    connection.close()
    fresh.replace(target / DATABASE)
    copied = 0
    for folder in ("letters", "pages", "warc"):
        for path in sorted((storage / folder).rglob("*")):
            place = target / path.relative_to(storage)
            if path.name.startswith(".new-") or not path.is_file():
                continue
            had = place.stat().st_size if place.exists() else -1
            if had >= path.stat().st_size:
                if had > path.stat().st_size:
                    print(f"backup: {path} is smaller than its copy, which stays", file=sys.stderr)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            half = place.with_name(f".new-{place.name}")
            shutil.copy2(path, half)
            half.replace(place)
            copied += 1
    return copied


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python3 backup.py STORAGE TARGET")
    print(f"{back_up(Path(sys.argv[1]), Path(sys.argv[2]))} files copied")
