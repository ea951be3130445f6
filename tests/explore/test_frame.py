"""The explorer's frame: home, the finder, what isn't there, the headers of every answer, and a
storage that changes while it is shown."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from conftest import Storage, command, ombudsman_here, wait_until
from parsel import Selector

from ombudsman_crawler.database import analysts
from ombudsman_crawler.explore import server, shown
from ombudsman_crawler.replica import Replica


@dataclass
class Answered:
    """What was answered at an address."""

    status: int
    headers: httpx.Headers
    body: str

    @property
    def html(self) -> Selector:
        return Selector(self.body)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.html.xpath("//main//text()").getall()).split())


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    storage = Storage(tmp_path_factory.mktemp("explored") / "storage")
    with Replica(councils=3, years=(2021, 2022)) as replica:
        crawled = storage.crawl(replica)
        assert crawled.status == 0, crawled.all
    return storage


@pytest.fixture
def copied(explored: Storage, tmp_path: Path) -> Path:
    """The same storage, to be changed."""
    path = tmp_path / "storage"
    shutil.copytree(explored.path, path)
    return path


def asking(showing: shown.Shown) -> Callable[[str], Answered]:
    application = server.application(showing)

    def get(address: str) -> Answered:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(application)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.get(address)

        answer = asyncio.run(ask())
        return Answered(answer.status_code, answer.headers, answer.text)

    return get


@pytest.fixture(scope="module")
def get(explored: Storage) -> Iterator[Callable[[str], Answered]]:
    showing = shown.Shown(explored.path)
    yield asking(showing)
    showing.close()


def test_home_says_what_is_in_here_and_how_fresh_it_is(
    get: Callable[[str], Answered], explored: Storage
) -> None:
    home = get("/")
    assert home.status == 200
    letters = len(explored.query("SELECT * FROM letter"))
    assert f"{letters} letters to 3 councils, 2020–21 to 2021–22" in home.words
    assert "Crawl 1 (letters)" in home.words
    assert "ok" in home.html.css("section li strong::text").getall()
    (newest,) = explored.query("SELECT MAX(letter_date) AS day FROM letter")
    day = time.strptime(newest["day"], "%Y-%m-%d")
    assert f"{day.tm_mday} {time.strftime('%B %Y', day)}" in home.words


def test_every_page_of_a_replica_says_that_it_is_test_data(get: Callable[[str], Answered]) -> None:
    for address in ("/", "/councils", "/about", "/data", "/data/letters", "/nothing"):
        assert "Test data." in get(address).body, address


def test_a_council_is_found_by_a_part_of_any_of_its_names(get: Callable[[str], Answered]) -> None:
    one = get("/councils?q=KENT")
    assert (one.status, one.headers["location"]) == (302, "/council/kent-county-council")
    several = get("/councils?q=council")
    assert len(several.html.css("main li a")) >= 3
    none = get("/councils?q=%3Cb%3Enowhere")
    assert none.status == 200
    assert "<b>nowhere" in none.words
    assert not none.html.css("main b")


@pytest.mark.parametrize(
    "typed",
    ["kent council", "COUNTY kent", "kent-county-council", "E10000016", "Kent County  Council"],
)
def test_a_council_is_found_however_it_is_typed(get: Callable[[str], Answered], typed: str) -> None:
    answer = get(f"/councils?{urlencode({'q': typed})}")
    assert answer.status == 302
    assert answer.headers["location"] == "/council/kent-county-council"


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/council/Kent-County-Council", "/council/kent-county-council"),
        ("/letter/KENT-county-council/2021", "/letter/kent-county-council/2021"),
        ("/council/kent-county-council/", "/council/kent-county-council"),
        ("/councils/", "/councils"),
        ("/letter/kent-county-council/2021/", "/letter/kent-county-council/2021"),
    ],
)
def test_other_ways_to_write_an_address_lead_there(
    get: Callable[[str], Answered], address: str, leads_to: str
) -> None:
    answer = get(address)
    assert (answer.status, answer.headers["location"]) == (302, leads_to)
    assert get(leads_to).status == 200
    for elsewhere in ("//elsewhere.example/", "/\\elsewhere.example/"):
        assert get(elsewhere).status != 302


@pytest.mark.parametrize(
    "address", ["/council/nobody", "/nothing", "/letter/nobody/2021", "/year/abc", "/page/x/1.png"]
)
def test_what_isnt_there_is_said_in_a_sentence(
    get: Callable[[str], Answered], address: str
) -> None:
    missing = get(address)
    assert missing.status == 404
    assert "Traceback" not in missing.body
    assert missing.html.css("main h1").get()


def test_every_answer_carries_a_policy_that_names_no_other_host(
    get: Callable[[str], Answered],
) -> None:
    for address in (
        "/",
        "/nothing",
        "/data",
        "/data/letters",
        "/assets/explore.css",
        "/-/versions",
    ):
        answer = get(address)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, address
        assert "http" not in policy
        assert "*" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        ours = not address.startswith(("/data", "/-/"))
        assert ("'unsafe-inline'" in policy) is not ours
        if ours:
            assert not answer.html.xpath("//*[@style] | //script[not(@src)][not(@type)] | //style")


def test_the_data_can_be_had_as_json_csv_and_sql(get: Callable[[str], Answered]) -> None:
    rows = json.loads(get("/data/letters.json?_shape=array").body)
    assert {"kent-county-council/2021"} <= {row["letter"] for row in rows}
    assert "letter,authority,slug" in get("/data/letters.csv").body.splitlines()[0]
    answer = get("/data.json?sql=select+count(*)+as+n+from+figures&_shape=array")
    assert json.loads(answer.body)[0]["n"] > 50
    assert get("/data.json?sql=delete+from+letters").status == 400


def test_every_table_can_be_looked_at(get: Callable[[str], Answered]) -> None:
    tables = [row["name"] for row in json.loads(get("/data.json").body)["tables"]]
    views = json.loads(get("/data.json").body)["views"]
    assert len(tables) + len(views) > 20
    for name in (*tables, *(view["name"] for view in views)):
        answer = get(f"/data/{name}")
        assert answer.status == 200, name


def test_what_goes_wrong_is_said_in_a_sentence_and_logged(
    get: Callable[[str], Answered], capfd: pytest.CaptureFixture[str]
) -> None:
    for address, status in (
        ("/data/nope", 404),
        ("/data?sql=select+nothing", 400),
        ("/data/letters/nope", 404),
        ("/data/nope.json", 404),
    ):
        answer = get(address)
        assert answer.status == status, address
        assert "Traceback" not in answer.body
    out, _ = capfd.readouterr()
    assert out == ""


def test_a_storage_that_changes_is_shown_anew(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "_LOOK_SECONDS", 0.0)
    showing = shown.Shown(copied)
    try:
        get = asking(showing)
        first = showing.analysts.path
        with closing(sqlite3.connect(copied / "ombudsman.db")) as connection, connection:
            connection.execute(
                "UPDATE authority SET name = 'The Other Council' WHERE key = 'kent-county-council'"
            )

        def is_anew() -> bool:
            get("/")
            return showing.analysts.path != first

        wait_until(is_anew, 20)
        assert "The Other Council" in get("/councils").words
        rows: list[dict[str, Any]] = json.loads(get("/data/letters.json?_shape=array").body)
        assert "The Other Council" in {row["authority"] for row in rows}
        assert not first.exists()
    finally:
        showing.close()


def test_a_swept_folder_of_temporary_files_is_made_good(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd removes what lies there for ten days."""
    monkeypatch.setattr(shown, "_LOOK_SECONDS", 0.0)
    showing = shown.Shown(copied)
    try:
        get = asking(showing)
        shutil.rmtree(showing.analysts.path.parent)
        said = ombudsman_here(
            "withhold", "kent-county-council/2021", "--who", "me", "--why", "a name",
            "--storage", copied,
        )  # fmt: skip
        assert said.status == 0
        wait_until(lambda: "withheld" in get("/letter/kent-county-council/2021").words, 20)
        assert get("/data/letters.json").status == 200
        assert get("/data.db").status == 200
    finally:
        showing.close()


@pytest.mark.parametrize(
    "query",
    [
        "select zeroblob(900000000)",
        "select hex(zeroblob(400000000))",
        "select printf('%.900000000d', 1)",
        "select hex(zeroblob(2000000)) from figures",
    ],
)
def test_no_query_makes_gigabytes(get: Callable[[str], Answered], query: str) -> None:
    started = time.monotonic()
    answer = get(f"/data.json?{urlencode({'sql': query})}")
    assert "too big" in answer.body or len(answer.body) < 10_000
    assert time.monotonic() - started < 10


def test_an_erased_letter_isnt_shown_by_a_picture_that_was_drawn(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "_LOOK_SECONDS", 0.0)
    showing = shown.Shown(copied)
    try:
        get = asking(showing)
        picture = get("/letter/kent-county-council/2021").html.css("img::attr(src)").get()
        assert picture
        assert get(picture).status == 200
        said = ombudsman_here(
            "erase", "kent-county-council/2021", "--who", "me", "--why", "an order", "--yes",
            "--storage", copied,
        )  # fmt: skip
        assert said.status == 0, said.all
        assert get(picture).status == 404
        wait_until(lambda: "was erased" in get("/letter/kent-county-council/2021").words, 20)
        assert not get("/letter/kent-county-council/2021").html.css("img")
        assert "an order" not in get("/figure/kent-county-council/2021/letter/uphold_rate").body
    finally:
        showing.close()


def test_a_storage_whose_database_is_replaced_is_shown_anew_and_one_that_is_gone_is_told(
    explored: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, other = tmp_path / "storage", tmp_path / "other"
    shutil.copytree(explored.path, copied)
    shutil.copytree(explored.path, other)
    with closing(sqlite3.connect(other / "ombudsman.db")) as connection, connection:
        connection.execute(
            "UPDATE authority SET name = 'The Other Council' WHERE key = 'kent-county-council'"
        )
    monkeypatch.setattr(shown, "_LOOK_SECONDS", 0.0)
    showing = shown.Shown(copied)
    try:
        get = asking(showing)
        assert "The Other Council" not in get("/councils").words
        (other / "ombudsman.db").replace(copied / "ombudsman.db")
        wait_until(lambda: "The Other Council" in get("/councils").words, 20)
        (copied / "ombudsman.db").unlink()
        wait_until(lambda: "can't be shown as it is now" in get("/councils").body, 20)
        assert "The Other Council" in get("/councils").words
    finally:
        showing.close()


@pytest.mark.parametrize(
    ("served_at", "asked_by", "status"),
    [
        ("127.0.0.1", "localhost:8001", 200),
        ("127.0.0.1", "127.0.0.1:8001", 200),
        ("::1", "[::1]:8001", 200),
        ("127.0.0.1", "elsewhere.example", 400),
        ("localhost", "[nonsense", 400),
        ("127.0.0.1", "", 400),
        ("0.0.0.0", "figures.example", 200),
    ],
)
def test_only_this_machines_names_are_answered_where_only_it_is_served(
    explored: Storage, served_at: str, asked_by: str, status: int
) -> None:
    showing = shown.Shown(explored.path)
    application = server.application(showing, server.names_of(served_at))

    async def ask(method: str) -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, "/about", headers={"host": asked_by})

    try:
        answer = asyncio.run(ask("GET"))
        assert answer.status_code == status
        assert "content-security-policy" in answer.headers
        assert asyncio.run(ask("POST")).status_code == 405
    finally:
        showing.close()


def test_documents_that_are_nobodys_are_counted(
    copied: Path,
) -> None:
    with closing(sqlite3.connect(copied / "ombudsman.db")) as connection, connection:
        connection.execute(
            "UPDATE letter_version SET letter_id = NULL WHERE id = (SELECT MAX(id) FROM"
            " letter_version)"
        )
    showing = shown.Shown(copied)
    try:
        assert "1 archived document tells neither council nor year" in asking(showing)("/").words
    finally:
        showing.close()


def test_a_question_of_thousands_of_arguments_is_refused_at_once(
    get: Callable[[str], Answered],
) -> None:
    asked = "&".join(f"a{number}=1" for number in range(4000))
    for address in ("/", "/data/letters", "/data", "/about"):
        started = time.monotonic()
        answer = get(f"{address}?{asked}")
        assert answer.status == 400
        assert "content-security-policy" in answer.headers
        assert time.monotonic() - started < 5
    assert get("/?" + "&".join(f"a{number}=1" for number in range(20))).status == 200


@pytest.mark.parametrize("said", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end_and_leaves_nothing(
    explored: Storage, tmp_path: Path, said: signal.Signals
) -> None:
    process = subprocess.Popen(
        command("explore", "--storage", str(explored.path), "--port", "0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin", "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    address = process.stdout.readline().split()[0]
    assert httpx.get(address, trust_env=False).status_code == 200
    process.send_signal(said)
    _, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    assert process.returncode in (0, 130)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_explorer_left_is_cleared_by_the_next(
    explored: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = subprocess.Popen(
        command("explore", "--storage", str(explored.path), "--port", "0"),
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin", "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    (left,) = tmp_path.iterdir()
    # Nobody clears what is in use.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    analysts.clear_leftovers()
    assert left.exists()
    process.kill()
    process.communicate(timeout=20)
    showing = shown.Shown(explored.path)
    try:
        assert not left.exists()
        assert showing.analysts.path.is_relative_to(tmp_path)
    finally:
        showing.close()
    assert list(tmp_path.iterdir()) == []


def test_what_cant_be_shown_is_said_in_a_sentence(explored: Storage, tmp_path: Path) -> None:
    nothing = ombudsman_here("explore", "--storage", tmp_path, "--port", "0")
    assert (nothing.status, "run `ombudsman crawl` first" in nothing.err) == (2, True)
    other = tmp_path / "other.db"
    other.write_text("no database")
    foreign = ombudsman_here("explore", "--storage", explored.path, "--database", other)
    assert foreign.status == 2
    assert "no database that `ombudsman publish` made" in foreign.err
    for name in ("", "ü..x"):
        host = ombudsman_here("explore", "--storage", explored.path, "--host", name, "--port", "0")
        assert (host.status, "--host" in host.err) == (2, True)
    for port in ("-1", "70000", "x"):
        wrong = ombudsman_here("explore", "--storage", explored.path, "--port", port)
        assert (wrong.status, "--port" in wrong.err) == (2, True)
