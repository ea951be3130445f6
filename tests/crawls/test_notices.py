"""Being told: through a real Apprise, to a server on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import Ended, Storage, command, interrupt, wait_until

from ombudsman_crawler import notify
from ombudsman_crawler.database.news import News
from ombudsman_crawler.replica import Fault, Replica

SECRET = "t0p-s3cret"


class Listener(ThreadingHTTPServer):
    """Takes notices (POST) and heartbeats (GET); answers with `status` after `delay` seconds."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.notices: list[dict] = []
        self.heartbeats: list[str] = []
        self.status = 200
        self.delay = 0.0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "OMBUDSMAN_NOTIFY": f"json://127.0.0.1:{self.server_port}/{SECRET}",
            "OMBUDSMAN_HEARTBEAT": f"http://127.0.0.1:{self.server_port}/beat/{SECRET}",
        }


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.notices.append(json.loads(body))
        self._answer()

    def do_GET(self) -> None:
        self.server.heartbeats.append(self.path)
        self._answer()

    def _answer(self) -> None:
        time.sleep(self.server.delay)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        yield server
        server.shutdown()


def crawl(storage: Storage, replica: Replica, environment: dict[str, str], *more: str) -> Ended:
    done = subprocess.run(
        command(*storage.arguments(replica, *more)),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, **environment},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_good_run_without_news_only_beats(
    storage: Storage, replica: Replica, listener: Listener
) -> None:
    for _ in range(2):
        ended = crawl(storage, replica, listener.environment, "--verbose")
        assert ended.status == 0, ended.all
        assert SECRET not in ended.out + ended.err
    assert listener.notices == []
    assert listener.heartbeats == [f"/beat/{SECRET}"] * 2


def test_off_by_default(storage: Storage, replica: Replica, listener: Listener) -> None:
    replica.faults["/your-councils-performance"] = Fault(status=404)
    assert crawl(storage, replica, {}).status == 1
    assert listener.notices == []
    assert listener.heartbeats == []


def test_what_is_new_is_told(storage: Storage, listener: Listener) -> None:
    with Replica(councils=3, years=(2020, 2021)) as replica:
        assert crawl(storage, replica, listener.environment).status == 0
        revised, gone = replica.letters()[0], replica.letters()[1]
        replica.reissue(revised.path)
        replica.faults[gone.path] = Fault(status=410)
        assert crawl(storage, replica, listener.environment, "--refetch", "all").status == 0
    (told,) = listener.notices
    assert told["title"].endswith("run 2 found something new")
    assert told["type"] == "info"
    before, after = told["message"].split("gone from the site")
    assert "revised" in before
    assert revised.path in before
    assert gone.path in after


def test_first_letters_of_a_new_year_are_told(storage: Storage, listener: Listener) -> None:
    for last in (2020, 2021):
        with Replica(councils=3, years=(2020, last)) as replica:
            assert crawl(storage, replica, listener.environment).status == 0
    (told,) = listener.notices
    assert "First letters of the years ending:\n  2021" in told["message"]


def test_a_run_that_fails_is_told_and_does_not_beat(
    storage: Storage, replica: Replica, listener: Listener
) -> None:
    replica.faults["/your-councils-performance"] = Fault(status=403)
    assert crawl(storage, replica, listener.environment).status == 4
    (told,) = listener.notices
    assert told["type"] == "failure"
    assert "ended as blocked" in told["title"]
    assert "the map can't be had" in told["message"]
    assert listener.heartbeats == []


def test_a_run_that_was_killed_is_told_by_the_next(
    storage: Storage, replica: Replica, listener: Listener
) -> None:
    replica.faults["/your-councils-performance"] = Fault(delay=20, times=1)
    process = storage.start(replica)
    wait_until(lambda: replica.hits or storage.path.joinpath("ombudsman.db").exists())
    wait_until(lambda: bool(storage.query("SELECT 1 FROM sqlite_master WHERE name = 'run'")))
    wait_until(lambda: bool(storage.query("SELECT 1 FROM run")))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert crawl(storage, replica, listener.environment).status == 0
    (told,) = listener.notices
    assert "killed:\n  1" in told["message"]
    # Once is enough.
    assert crawl(storage, replica, listener.environment).status == 0
    assert len(listener.notices) == 1


def test_nobody_is_told_of_a_dry_run_or_a_stop(
    storage: Storage, replica: Replica, listener: Listener
) -> None:
    assert crawl(storage, replica, listener.environment, "--dry-run").status == 0
    replica.faults["/your-councils-performance"] = Fault(delay=20)
    process = subprocess.Popen(
        command(*storage.arguments(replica)),
        env={**os.environ, **listener.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    replica.clear_hits()
    wait_until(lambda: storage.path.exists() and _has_run(storage))
    interrupt(process)
    process.communicate(timeout=60)
    assert listener.notices == []
    assert listener.heartbeats == []


def _has_run(storage: Storage) -> bool:
    if not (storage.path / "ombudsman.db").exists():
        return False
    if not storage.query("SELECT 1 FROM sqlite_master WHERE name = 'run'"):
        return False
    return bool(storage.query("SELECT 1 FROM run"))


@pytest.mark.parametrize("trouble", ["refuses", "is not there", "is nonsense"])
def test_a_notifier_that_fails_never_fails_the_crawl(
    storage: Storage, replica: Replica, listener: Listener, trouble: str
) -> None:
    environment = listener.environment
    said = "wasn't delivered"
    if trouble == "refuses":
        listener.status = 500
    elif trouble == "is not there":
        listener.shutdown()
        listener.server_close()
    else:
        said = "isn't one that Apprise knows"
        environment = {
            "OMBUDSMAN_NOTIFY": f"nonsense://{SECRET}, {SECRET}",
            "OMBUDSMAN_HEARTBEAT": f"ftp://{SECRET}",
        }
    storage.crawl(replica)
    replica.reissue(replica.letters()[0].path)
    ended = crawl(storage, replica, environment)
    assert ended.status == 0, ended.all
    assert said in ended.err
    assert "heartbeat" in ended.err
    assert SECRET not in ended.out + ended.err
    assert "Traceback" not in ended.err


def test_a_notifier_that_hangs_is_left(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    listener.delay = 30
    monkeypatch.setattr(notify, "_ALL", 1.0)
    started = time.monotonic()
    told = notify.Notice("title", "body", failed=True)
    environment = listener.environment
    notify.after_run(
        told, True, environment["OMBUDSMAN_NOTIFY"], environment["OMBUDSMAN_HEARTBEAT"]
    )
    assert time.monotonic() - started < 5
    assert "within 1 seconds" in caplog.text
    assert SECRET not in caplog.text


def test_several_addresses() -> None:
    assert notify.addresses("json://a/x, mailto://b\n slack://c,") == [
        "json://a/x",
        "mailto://b",
        "slack://c",
    ]
    assert notify.addresses("") == []


def test_a_notice_is_bounded_and_plain() -> None:
    news = News(gone=[f"letter {n}\x1b[31m" for n in range(200)])
    summary = {"verdict": "ok", "reason": None, "checks": []}
    told = notify.notice(7, "lgo.org.uk", summary, news)
    assert told is not None
    assert "… and 180 more" in told.body
    assert "\x1b" not in told.body
    assert len(told.body.splitlines()) < 30
