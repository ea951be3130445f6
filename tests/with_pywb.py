"""What another program makes of the archive: pywb serves a run of a replica, and gives its pages
and letters back byte for byte.

    python tests/with_pywb.py FOLDER-OF-PYWBS-COMMANDS

pywb wants an environment of its own: `make test-pywb` makes one.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from conftest import Storage, ombudsman

from ombudsman_crawler.replica import Replica

COLLECTION = "run"


def main(commands: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="ombudsman-pywb-") as name:
        folder = Path(name)
        storage = Storage(folder / "storage")
        with Replica(councils=2, years=(2020, 2021)) as replica:
            ended = storage.crawl(replica)
            assert ended.status == 0, ended.all
            first, second, *_ = replica.letters()
            replica.reissue(first.path)
            replica.alias(second.path)
            ended = storage.crawl(replica)
            assert ended.status == 0, ended.all
        packed = folder / "run.wacz"
        # The second run: 304s and revisits, whose bodies are in the first.
        ended = ombudsman("archive", "wacz", "2", "--storage", storage.path, "--output", packed)
        assert ended.status == 0, ended.all
        for arguments in (["init", COLLECTION], ["add", "--unpack-wacz", COLLECTION, str(packed)]):
            subprocess.run(
                [commands / "wb-manager", *arguments], cwd=folder, check=True, timeout=120
            )
        port = _free_port()
        with (folder / "pywb.log").open("wb") as log:
            served = subprocess.Popen(
                [commands / "wayback", "--port", str(port), "--bind", "127.0.0.1"],
                cwd=folder,
                stdout=log,
                stderr=log,
            )
            try:
                return _compare(storage, packed, f"http://127.0.0.1:{port}/{COLLECTION}")
            finally:
                served.terminate()
                served.wait(30)


def _compare(storage: Storage, packed: Path, served: str) -> int:
    with zipfile.ZipFile(packed) as package:
        _, *pages = map(json.loads, package.read("pages/pages.jsonl").splitlines())
    rows = []
    for page in pages:
        rows += storage.query(
            "SELECT capture.url, capture.time, document.path, document.media_type FROM capture"
            " JOIN document ON document.id = document_id WHERE capture.url = ? AND time = ?",
            page["url"],
            page["ts"],
        )
    assert len(rows) == len(pages)
    wrong = 0
    for row in rows:
        stamp = re.sub(r"\D", "", row["time"])[:14]
        body = _fetch(f"{served}/{stamp}id_/{row['url']}")
        same = body == (storage.path / row["path"]).read_bytes()
        wrong += not same
        said = "byte for byte" if same else f"DIFFERENT: {body[:80]!r}"
        print(f"{row['media_type']:16} {said:14} {row['url']}")
    kinds = {row["media_type"] for row in rows}
    assert kinds == {"text/html", "application/pdf"}, kinds
    print(f"pywb gave back {len(rows) - wrong} of {len(rows)} pages and letters byte for byte")
    return 1 if wrong else 0


def _fetch(url: str) -> bytes:
    """Fetch an address as soon as the server answers; an error's body is an answer too."""
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            return bytes(error.read())
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
