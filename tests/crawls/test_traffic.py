"""How a crawl behaves towards the site, and what it doesn't let the site do to it."""

from __future__ import annotations

import gzip
import ssl
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Storage

from ombudsman_crawler.replica import Fault, Replica

BOUND = {"OMBUDSMAN_MAX_FAILED_SHARE": "0.5"}


def letter_hits(replica: Replica) -> list:
    return [hit for hit in replica.hits if hit.path.lower().endswith(".pdf")]


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 429}, {"html": True}], ids=str)
def test_refusals_in_a_row_end_the_run_as_blocked(storage: Storage, fault: dict) -> None:
    with Replica(councils=6, years=(2020, 2021)) as replica:
        for letter in replica.letters():
            replica.faults[letter.path] = Fault(**fault)
        ended = storage.crawl(replica)
        assert ended.status == 4, ended.all
        assert "5 answers in a row were refusals" in storage.run()["reason"]
        assert len(letter_hits(replica)) == 5
        assert storage.outcomes()["not_attempted"] > 0
        assert storage.check("outcomes_add_up")["passed"]
        assert storage.documents() == []
        # The guard lets the crawl pass again: nothing was spoilt.
        replica.faults.clear()
        assert storage.crawl(replica).status == 0
        assert storage.outcomes() == {"archived": 12}


def test_refusals_with_answers_between_them_are_no_block(storage: Storage) -> None:
    with Replica(councils=12, years=(2021, 2021)) as replica:
        for letter in replica.letters()[::2]:
            replica.faults[letter.path] = Fault(status=403)
        ended = storage.crawl(replica, **{"OMBUDSMAN_MAX_FAILED_SHARE": "0.6"})
        assert ended.status == 0, ended.all
        assert storage.outcomes() == {"archived": 6, "failed": 6}


def test_a_block_page_is_no_page_of_the_site(storage: Storage, replica: Replica) -> None:
    page = f"/your-councils-performance/{replica.slugs[0]}/statistics"
    replica.faults[page] = Fault(html=True, headers={"ETag": '"guard"'})
    assert storage.crawl(replica, **BOUND).status == 0
    assert "a block page came instead" in str(storage.run()["counts"]["failed_pages"])
    (capture,) = storage.query("SELECT * FROM capture WHERE address = ?", page)
    assert capture["status"] == 200
    assert capture["document_id"] is None
    replica.faults.clear()
    replica.clear_hits()
    assert storage.crawl(replica).status == 0
    (hit,) = [hit for hit in replica.hits if hit.path == page]
    assert "if-none-match" not in hit.headers


@pytest.mark.parametrize("path", ["/robots.txt", "/your-councils-performance"])
def test_a_block_page_where_a_crawl_begins(storage: Storage, replica: Replica, path: str) -> None:
    replica.faults[path] = Fault(html=True)
    ended = storage.crawl(replica)
    assert ended.status == 4, ended.all
    assert "a block page came instead" in storage.run()["reason"]


def waits(replica: Replica, path: str) -> list[float]:
    times = [hit.time for hit in replica.hits if hit.raw_path == path]
    return [later - earlier for earlier, later in pairwise(times)]


def test_retry_after_is_respected_up_to_a_cap(storage: Storage, replica: Replica) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    seconds, day = replica.letters()[0].path, replica.letters()[1].path
    replica.faults[seconds] = Fault(status=429, retry_after=2, times=1)
    replica.faults[day] = Fault(status=503, retry_after=date, times=1)
    ended = storage.crawl(replica, OMBUDSMAN_RETRY_AFTER_CAP="3")
    assert ended.status == 0, ended.all
    assert storage.outcomes() == {"archived": 6}
    assert waits(replica, seconds)[0] >= 1.9
    assert 2.9 <= waits(replica, day)[0] < 60


def test_retries_wait_longer_each_time(storage: Storage, replica: Replica) -> None:
    path = replica.letters()[0].path
    replica.faults[path] = Fault(status=500, times=3)
    assert storage.crawl(replica, OMBUDSMAN_RETRY_SECONDS="0.3").status == 0
    first, second, third = waits(replica, path)
    assert first >= 0.3
    assert second >= 0.6
    assert third >= 1.2


def test_one_request_at_a_time_with_time_between(storage: Storage, replica: Replica) -> None:
    replica.faults[replica.letters()[0].path] = Fault(delay=1.0)
    assert storage.crawl(replica, DOWNLOAD_DELAY="0.2", AUTOTHROTTLE_ENABLED="True").status == 0
    hits = sorted(replica.hits, key=lambda hit: hit.time)
    # Scrapy takes from half of the delay to one and a half.
    gaps = [later.time - earlier.time for earlier, later in pairwise(hits)]
    assert min(gaps) > 0.08
    slow = next(n for n, hit in enumerate(hits) if hit.raw_path == replica.letters()[0].path)
    if slow + 1 < len(hits):
        assert gaps[slow] > 0.9


def test_a_gzip_bomb_is_cut_off_and_recorded(storage: Storage, replica: Replica) -> None:
    page = f"/your-councils-performance/{replica.slugs[0]}/statistics"
    bomb = gzip.compress(bytes(64 * 2**20))
    assert len(bomb) < 2**17
    for path in (page, replica.letters()[-1].path):
        replica.faults[path] = Fault(replace=bomb, headers={"Content-Encoding": "gzip"})
    ended = storage.crawl(replica, DOWNLOAD_MAXSIZE=str(2**20), **BOUND)
    assert ended.status == 0, ended.all
    for path in (page, replica.letters()[-1].path):
        (capture,) = storage.query("SELECT * FROM capture WHERE address = ?", path)
        assert "can't be decompressed" in capture["error"]
        assert capture["status"] == 200
        assert capture["document_id"] is None
    assert storage.outcome_of(replica.letters()[-1].path)["outcome"] == "failed"


def test_a_body_that_is_not_compressed_as_it_says(storage: Storage, replica: Replica) -> None:
    path = replica.letters()[0].path
    replica.faults[path] = Fault(replace=b"\x1f\x8b\x08no", headers={"Content-Encoding": "deflate"})
    assert storage.crawl(replica, **BOUND).status == 0
    (capture,) = storage.query("SELECT * FROM capture WHERE address = ?", path)
    assert "can't be decompressed" in capture["error"]


def test_a_body_without_end_is_cut_off_and_recorded(storage: Storage, replica: Replica) -> None:
    path = replica.letters()[0].path
    replica.faults[path] = Fault(replace=b"%PDF-1.7" + bytes(3 * 2**20))
    assert storage.crawl(replica, DOWNLOAD_MAXSIZE=str(2**20), **BOUND).status == 0
    (capture,) = storage.query("SELECT * FROM capture WHERE address = ?", path)
    assert "Cancelled" in capture["error"]
    assert storage.outcome_of(path)["outcome"] == "failed"


def test_who_the_site_is_is_always_verified(storage: Storage, tmp_path: Path) -> None:
    server, url = _self_signed(tmp_path)
    try:
        ended = storage.crawl(url)
    finally:
        server.shutdown()
        server.server_close()
    assert ended.status == 4, ended.all
    assert "Traceback" not in ended.err
    errors = {row["error"] for row in storage.query("SELECT error FROM capture")}
    assert errors
    assert all("certificate" in error.lower() or "ssl" in error.lower() for error in errors)
    assert server.asked == []


def _self_signed(folder: Path) -> tuple[HTTPServer, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(self.path)  # type: ignore[attr-defined]
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(HTTPServer):
        asked: list[str]

        def handle_error(self, *_: object) -> None:
            """A client that doesn't trust the certificate breaks off."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.asked = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"https://localhost:{server.server_port}"


def test_a_crawl_says_beforehand_how_much_it_will_ask(storage: Storage, replica: Replica) -> None:
    first = storage.crawl(replica)
    assert "isn't known before a first crawl" in first.err
    replica.clear_hits()
    second = storage.crawl(replica, DOWNLOAD_DELAY="0.01")
    said = next(line for line in second.err.splitlines() if "to be asked for" in line)
    assert "6 letters" in said
    pages = len(replica.hits) - len(letter_hits(replica))
    assert f"({pages} pages" in said
    dry = storage.crawl(replica, "--dry-run")
    assert "6 letters" in dry.err
    assert "requests" in dry.out
    limited = storage.crawl(replica, "--limit", "2", "--years", "2020")
    assert "2 letters" in limited.err
