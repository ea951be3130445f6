"""Sites that don't let a crawl begin, storages that don't fit, arguments that can't be used."""

from __future__ import annotations

import socket

import pytest
from conftest import Storage, interrupt, ombudsman, wait_until

from ombudsman_crawler.replica import Fault, Replica


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(status=500), Fault(drop=True)], ids=str)
def test_an_unreachable_robots_txt_forbids_everything(
    storage: Storage, replica: Replica, fault: Fault
) -> None:
    replica.faults["/robots.txt"] = fault
    ended = storage.crawl(replica)
    assert ended.status == 4, ended.all
    assert {hit.path for hit in replica.hits} == {"/robots.txt"}
    assert storage.run()["verdict"] == "blocked"


def test_a_missing_robots_txt_allows_everything(storage: Storage, replica: Replica) -> None:
    replica.faults["/robots.txt"] = Fault(status=404)
    assert storage.crawl(replica).status == 0


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_map_that_is_refused_blocks_the_run(
    storage: Storage, replica: Replica, status: int
) -> None:
    replica.faults["/your-councils-performance"] = Fault(status=status)
    ended = storage.crawl(replica)
    assert ended.status == 4, ended.all
    assert str(status) in storage.run()["reason"]


def test_a_server_that_is_not_there(storage: Storage) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    ended = storage.crawl(url)
    assert ended.status == 4, ended.all
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--council", "atlantis-council"), ("--council", "atlantis-council")),
        (("--years", "20x1"), ("--years", "20x1")),
        (("--years", "2021-2019"), ("--years", "2021-2019")),
        (("--years", "1066"), ("--years", "1066")),
        (("--refetch", "everything"), ("--refetch", "missing, changed, all")),
        (("--limit", "none"), ("--limit", "none")),
        (("--limit", "0"), ("--limit", "0")),
        (("--log-format", "xml"), ("--log-format", "json")),
        (("--council", ""), ("--council", "leave it out")),
        (("--years", ""), ("--years",)),
        (("--years", "2020-21"), ("--years", "write 2021")),
        (("--limit", ""), ("--limit",)),
        (("--refetch", ""), ("--refetch",)),
        (("--council", "Kent County Cuoncil"), ("--council", "perhaps Kent County Council")),
        (("backfill", "2021-"), ("--years", "2021-")),
    ],
)
def test_bad_arguments_are_one_sentence_and_no_request(
    storage: Storage, replica: Replica, arguments: tuple[str, ...], names: tuple[str, ...]
) -> None:
    ended = storage.crawl(replica, *arguments)
    assert ended.status == 2, ended.all
    assert all(name in ended.err for name in names)
    assert len(ended.err.strip().splitlines()) == 1
    assert replica.hits == []
    assert not storage.path.exists()


@pytest.mark.parametrize(
    "setting",
    [
        "DOWNLOAD_DELAY",
        "=1",
        "download_delay=1",
        "DOWNLOAD_DELY=1",
        "DOWNLOAD_DELAY=abc",
        "DOWNLOAD_DELAY=-1",
        "ROBOTSTXT_OBEY=maybe",
        "OMBUDSMAN_STORAGE=/elsewhere",
        "OMBUDSMAN_CONTACT=me",
        "DOWNLOAD_VERIFY_CERTIFICATES=False",
    ],
)
def test_bad_settings_are_refused(storage: Storage, replica: Replica, setting: str) -> None:
    ended = storage.crawl(replica, "--set", setting)
    assert ended.status == 2
    assert setting in ended.err
    assert replica.hits == []


def test_another_sites_storage_is_refused(storage: Storage, replica: Replica) -> None:
    assert storage.crawl(replica).status == 0
    ended = storage.crawl("https://www.lgo.org.uk")
    assert ended.status == 2, ended.all
    assert "belongs to replica" in ended.err


def test_a_server_on_this_machine_that_is_no_replica_is_refused(storage: Storage) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ended = storage.crawl(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    assert ended.status == 2, ended.all
    assert "doesn't announce itself" in ended.all


def test_one_crawl_at_a_time(storage: Storage, replica: Replica) -> None:
    replica.faults["/your-councils-performance"] = Fault(delay=20)
    first = storage.start(replica)
    wait_until(lambda: replica.hits)
    second = storage.crawl(replica)
    assert second.status == 3, second.all
    assert f"process {first.pid} since" in second.err
    interrupt(first)
    first.communicate(timeout=60)


def test_a_killed_crawl_leaves_no_lock(storage: Storage, replica: Replica) -> None:
    replica.faults["/your-councils-performance"] = Fault(delay=20, times=1)
    first = storage.start(replica)
    wait_until(lambda: replica.hits)
    first.kill()
    first.communicate()
    assert storage.crawl(replica).status == 0
    assert storage.query("SELECT verdict FROM run ORDER BY id")[0] == {"verdict": "killed"}


def test_status_without_a_storage(storage: Storage) -> None:
    ended = ombudsman("status", "--storage", storage.path)
    assert ended.status == 2
    assert "no database yet" in ended.err


@pytest.mark.parametrize(
    "site", ["ftp://x", "nonsense", "http://127.0.0.1:1/map", "https://x/?a=1"]
)
def test_a_site_is_scheme_and_host(storage: Storage, site: str) -> None:
    ended = storage.crawl(site)
    assert ended.status == 2, ended.all
    assert "--site" in ended.err


def test_a_first_run_killed_at_once_does_no_harm(storage: Storage, replica: Replica) -> None:
    storage.path.mkdir()
    (storage.path / "ombudsman.db").touch()
    assert ombudsman("status", "--storage", storage.path).status == 2
    assert storage.crawl(replica).status == 0


@pytest.mark.parametrize("body", [b"no database at all" * 99, b"SQLite format 3\0" + b"x" * 200])
def test_a_broken_database_is_one_sentence(storage: Storage, replica: Replica, body: bytes) -> None:
    storage.path.mkdir()
    (storage.path / "ombudsman.db").write_bytes(body)
    for ended in (storage.crawl(replica), ombudsman("status", "--storage", storage.path)):
        assert ended.status == 2, ended.all
        assert "can't be opened" in ended.err
        assert "Traceback" not in ended.err
    assert replica.hits == []
    assert (storage.path / "ombudsman.db").read_bytes() == body


def test_another_programs_database_is_left_alone(storage: Storage, replica: Replica) -> None:
    import sqlite3

    storage.path.mkdir()
    with sqlite3.connect(storage.path / "ombudsman.db") as connection:
        connection.execute("CREATE TABLE recipe (name)")
    ended = storage.crawl(replica)
    assert ended.status == 2, ended.all
    assert "other tables" in ended.err


def test_a_storage_that_can_not_be_written(storage: Storage, replica: Replica) -> None:
    storage.path.parent.mkdir(exist_ok=True)
    storage.path.write_text("a file")
    ended = storage.crawl(replica)
    assert ended.status == 2, ended.all
    assert "can't be written" in ended.err


def test_a_map_that_is_gone_fails_the_run(storage: Storage, replica: Replica) -> None:
    replica.faults["/your-councils-performance"] = Fault(status=404)
    ended = storage.crawl(replica)
    assert ended.status == 1, ended.all
    assert "councils_found" in ended.out
