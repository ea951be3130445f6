"""The replica over real HTTP: pages, validators, faults, and changes while it runs."""

from __future__ import annotations

import gzip
import http.client
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape

import pytest

from ombudsman_crawler.replica import Fault, Replica

MAP = "/your-councils-performance"


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(councils=16) as running:
        yield running


class Got:
    """A response, read whole."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode()


def get(replica: Replica, path: str, *, method: str = "GET", **headers: str) -> Got:
    connection = http.client.HTTPConnection(replica.url.removeprefix("http://"), timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, headers=sent)
        return Got(connection.getresponse())
    finally:
        connection.close()


def letters_address(replica: Replica, slug: str) -> str:
    page = get(replica, f"{MAP}/{slug}/statistics").text
    found = re.search(r'href="([^"]+)">View annual letters<', page)
    assert found
    return unescape(found[1])


def letters_list(replica: Replica, slug: str) -> str:
    return unescape(get(replica, letters_address(replica, slug)).text)


def test_every_answer_announces_the_replica(replica: Replica) -> None:
    letter = replica.letters()[0].path
    for path in ("/", MAP, f"{MAP}/kent-county-council/statistics", letter, "/robots.txt", "/no"):
        assert get(replica, path).headers["x-ombudsman-replica"] == "councils=16"
    page = get(replica, MAP).text
    assert '<meta name="generator" content="ombudsman replica">' in page
    assert "This is a replica" in page


@pytest.mark.parametrize("style", ["links", "options", "json", "script", "data"])
def test_every_map_style_names_every_council(replica: Replica, style: str) -> None:
    replica.map_style = style
    page = get(replica, MAP).text.replace("\\/", "/")
    for slug in replica.slugs:
        assert f"{MAP}/{slug}/statistics" in page
    for slug in replica.former_slugs:
        assert slug not in page


def test_the_a_to_z_style_leads_to_every_council(replica: Replica) -> None:
    replica.map_style = "az"
    page = get(replica, MAP).text
    assert f"{MAP}/kent-county-council" not in page
    lists = re.findall(r'href="(/information-centre/councils-performance/[A-Z])"', page)
    found = "".join(get(replica, address).text for address in lists)
    assert "Councils starting with the letter K" in found
    for slug in replica.slugs:
        assert f"{MAP}/{slug}/statistics" in found


def test_an_empty_map_names_no_council(replica: Replica) -> None:
    replica.map_style = "empty"
    assert f"{MAP}/" not in get(replica, MAP).text


def test_twins_of_a_page_are_the_same_page(replica: Replica) -> None:
    path = f"{MAP}/West-Northamptonshire-Council/statistics"
    expected = get(replica, path).body
    for twin in (
        f"{path}/", f"{path}?displaypref=2", f"{path}?textsize=1", f"{path}?chapter=2",
        path.lower(), path.upper(), f"{MAP}/West-Northamptonshire-Council",
    ):  # fmt: skip
        assert get(replica, twin).body == expected, twin


def test_merger_links_lead_to_predecessors_and_their_letters(replica: Replica) -> None:
    page = get(replica, f"{MAP}/West-Northamptonshire-Council/statistics").text
    assert "is a merger of several councils" in page
    for slug in (
        "daventry-district-council", "northampton-borough-council",
        "south-northamptonshire-council", "northamptonshire-county-council",
    ):  # fmt: skip
        assert f'href="{MAP}/{slug}/statistics"' in page
        assert "Annual review letter 2021" in letters_list(replica, slug)
    assert "Annual statistics" in get(replica, f"{MAP}/daventry-district-council/statistics").text
    zeros = get(replica, f"{MAP}/cumbria-county-council/statistics").text
    assert "we dealt with 0 complaints" in zeros


def test_pages_show_the_figures_of_the_newest_letter(replica: Replica) -> None:
    page = get(replica, f"{MAP}/kent-county-council/statistics").text
    assert "we dealt with 291 complaints. Of these, 87 were not for us" in page
    assert "We investigated 76 complaints and upheld 63." in page
    with Replica(years=(2019, 2024)) as older:
        page = get(older, f"{MAP}/kent-county-council/statistics").text
    assert "<h2>Annual statistics</h2>" in page
    assert "81% of complaints we investigated were upheld." in page
    assert "total of 94 investigations for the period between 1 April 2023 to 31 March" in page


def test_the_traps_of_real_pages_occur() -> None:
    with Replica(councils=60) as replica:
        pages = [get(replica, f"{MAP}/{slug}/statistics").text for slug in replica.slugs]
    whole = "\n".join(pages)
    assert re.search(r"this is [\d.]+% upheld decisions per 100,000", whole)
    assert "residents ." in whole
    assert "View upheld decisions</a>Adjusted for" in whole
    assert re.search(r"\d+% Complaints upheld by ", whole)
    assert "’s population" in whole
    assert "'s population" in whole
    assert "No recommendations were due for compliance in this period" in whole
    assert "No reports published" in whole
    assert "Last updated: 4 April 2015" in whole


def test_lists_link_every_letter_and_documents_that_are_none(replica: Replica) -> None:
    for slug in (*replica.slugs, *replica.former_slugs):
        page = letters_list(replica, slug)
        assert "Review of Local Government Complaints 2020-21" in page
        for letter in replica.letters():
            assert (f'href="{letter.path}"' in page) == (letter.slug == slug)
    old = get(replica, "/information-centre/councils-performance/K").text
    kent = replica.letter("kent-county-council", 2021)
    assert f'href="{kent.path}">2020/21<' in old
    for address in re.findall(r'href="(/assets/[^"]+\.pdf)"', page):
        review = get(replica, address)
        assert review.headers["content-type"] == "application/pdf"
        assert review.body.startswith(b"%PDF-")


def test_letters_are_served_whatever_the_case_of_their_address(replica: Replica) -> None:
    for slug in ("borough-council-of-king-s-lynn-west-norfolk", "cheshire-west-chester-council"):
        letter = replica.letter(slug, 2022)
        got = get(replica, letter.path)
        assert got.headers["content-type"] == "application/pdf"
        assert got.body == letter.pdf()
        assert get(replica, letter.path.replace("documents", "Documents")).body == got.body


@pytest.mark.parametrize("kind", ["letter", "page", "map", "robots", "review"])
def test_unchanged_documents_answer_304(replica: Replica, kind: str) -> None:
    path = {
        "letter": replica.letters()[0].path,
        "page": f"{MAP}/kent-county-council/statistics",
        "map": MAP,
        "robots": "/robots.txt",
        "review": "/assets/attach/5928/LG-Review-2020-21-FINAL.pdf",
    }[kind]
    first = get(replica, path)
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    for headers in (
        {"If_None_Match": tag},
        {"If_None_Match": f'"other", {tag}'},
        {"If_Modified_Since": modified},
        {"If_None_Match": tag, "If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ):
        again = get(replica, path, **headers)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == tag
    for headers in (
        {"If_None_Match": '"other"', "If_Modified_Since": modified},
        {"If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If_Modified_Since": "yesterday"},
    ):
        assert get(replica, path, **headers).status == 200


def test_without_validators_everything_is_sent_again() -> None:
    with Replica(validators=False) as replica:
        first = get(replica, replica.letters()[0].path)
        assert "etag" not in first.headers
        assert "last-modified" not in first.headers


def test_html_is_compressed_for_those_who_accept_it(replica: Replica) -> None:
    plain = get(replica, MAP)
    packed = get(replica, MAP, Accept_Encoding="gzip, deflate")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert (
        "content-encoding"
        not in get(replica, replica.letters()[0].path, Accept_Encoding="gzip").headers
    )


def test_two_servers_send_equal_bytes(replica: Replica) -> None:
    paths = [MAP, f"{MAP}/birmingham-city-council/statistics", replica.letters()[9].path]
    with Replica(councils=16) as other:
        for path in paths:
            one, two = get(replica, path), get(other, path)
            assert one.body == two.body
            assert one.headers["etag"] == two.headers["etag"]


def test_hits_record_what_was_asked_and_sent(replica: Replica) -> None:
    letter = replica.letter("kent-county-council", 2021)
    got = get(replica, f"{letter.path}?x=1", User_Agent="tests")
    (hit,) = replica.hits
    assert (hit.method, hit.status) == ("GET", 200)
    assert hit.path == "/documents/councilperformance/2021/kent county council.pdf?x=1"
    assert hit.raw_path == f"{letter.path}?x=1"
    assert hit.headers["user-agent"] == "tests"
    assert hit.body_bytes == len(got.body)
    replica.clear_hits()
    assert replica.hits == []
    assert get(replica, MAP, method="POST").status == 405
    assert get(replica, MAP, method="HEAD").body == b""
    assert [(hit.method, hit.body_bytes) for hit in replica.hits] == [("POST", 0), ("HEAD", 0)]


def test_keep_alive_serves_many_requests_on_one_connection(replica: Replica) -> None:
    connection = http.client.HTTPConnection(replica.url.removeprefix("http://"), timeout=10)
    for letter in replica.letters()[:5]:
        connection.request("GET", letter.path)
        socket = connection.sock
        assert connection.getresponse().read() == letter.pdf()
        assert connection.sock is socket
    connection.close()


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
def test_fault_status(replica: Replica, status: int) -> None:
    path = replica.letters()[0].path
    replica.faults[path.upper()] = Fault(status=status, retry_after=3, times=2)
    for _ in range(2):
        got = get(replica, path)
        assert (got.status, got.headers["retry-after"]) == (status, "3")
    assert get(replica, path).status == 200


def test_fault_html_at_a_letters_address(replica: Replica) -> None:
    path = replica.letters()[0].path
    replica.faults[path] = Fault(html=True)
    got = get(replica, path)
    assert got.status == 200
    assert got.headers["content-type"].startswith("text/html")
    assert b"Access denied" in got.body


def test_fault_truncated_body(replica: Replica) -> None:
    letter = replica.letters()[0]
    replica.faults[letter.path] = Fault(truncated_body=True)
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(replica, letter.path, If_None_Match=letter.etag)
    assert letter.pdf().startswith(caught.value.partial)
    assert replica.hits[-1].body_bytes == len(caught.value.partial)


def test_fault_truncated_pdf_is_a_complete_answer(replica: Replica) -> None:
    letter = replica.letters()[0]
    replica.faults[letter.path] = Fault(truncated_pdf=True)
    got = get(replica, letter.path)
    assert int(got.headers["content-length"]) == len(got.body) < len(letter.pdf())
    assert letter.pdf().startswith(got.body)


def test_fault_empty_body(replica: Replica) -> None:
    path = replica.letters()[0].path
    replica.faults[path] = Fault(empty=True)
    got = get(replica, path)
    assert (got.status, got.body, got.headers["content-length"]) == (200, b"", "0")


def test_fault_redirect(replica: Replica) -> None:
    first, second = replica.letters()[:2]
    replica.faults[first.path] = Fault(redirect=second.path, redirect_status=301)
    got = get(replica, first.path)
    assert (got.status, got.headers["location"]) == (301, second.path)
    replica.faults[first.path] = Fault(redirect="http://elsewhere.invalid/x.pdf")
    got = get(replica, first.path)
    assert (got.status, got.headers["location"]) == (302, "http://elsewhere.invalid/x.pdf")


def test_fault_replace_and_its_end(replica: Replica) -> None:
    letter = replica.letters()[0]
    replica.faults[letter.path] = Fault(replace=b"%PDF-1.4 other")
    assert get(replica, letter.path, If_None_Match=letter.etag).body == b"%PDF-1.4 other"
    del replica.faults[letter.path]
    assert get(replica, letter.path).body == letter.pdf()


def test_fault_drop(replica: Replica) -> None:
    path = replica.letters()[0].path
    replica.faults[path] = Fault(drop=True, times=1)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        get(replica, path)
    assert replica.hits[-1].status == 0
    assert get(replica, path).status == 200


def test_fault_delay_waits_and_then_answers(replica: Replica) -> None:
    letter = replica.letters()[0]
    replica.faults[letter.path] = Fault(delay=0.3)
    began = time.monotonic()
    assert get(replica, letter.path).body == letter.pdf()
    assert time.monotonic() - began >= 0.3


def test_fault_drip_sends_all_of_it_slowly(replica: Replica) -> None:
    letter = replica.letters()[0]
    replica.faults[letter.path] = Fault(drip=0.3)
    began = time.monotonic()
    assert get(replica, letter.path).body == letter.pdf()
    assert time.monotonic() - began >= 0.25


def test_fault_claimed_states_another_length(replica: Replica) -> None:
    letter = replica.letters()[0]
    replica.faults[letter.path] = Fault(claimed=1000)
    answer = get(replica, letter.path)
    assert answer.body == letter.pdf()[:1000]
    assert answer.headers["etag"]


@pytest.mark.parametrize("arguments", [{}, {"status": 500, "html": True}, {"retry_after": 3}])
def test_a_fault_does_one_thing(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a fault does"):
        Fault(**arguments)  # type: ignore[arg-type]


def test_robots_may_change(replica: Replica) -> None:
    path = replica.letters()[0].path
    assert "Disallow: /complaint-form" in get(replica, "/robots.txt").text
    replica.forbid(path)
    assert f"Disallow: {path}" in get(replica, "/robots.txt").text
    replica.robots = "User-agent: *\nDisallow: /\n"
    got = get(replica, "/robots.txt")
    assert got.text == "User-agent: *\nDisallow: /\n"
    assert got.headers["content-type"].startswith("text/plain")
    replica.faults["/robots.txt"] = Fault(status=503)
    assert get(replica, "/robots.txt").status == 503


def test_a_replaced_letter_has_other_validators(replica: Replica) -> None:
    letter = replica.letters()[0]
    before = get(replica, letter.path).headers
    body = replica.repack(letter.path)
    got = get(
        replica,
        letter.path,
        If_None_Match=before["etag"],
        If_Modified_Since=before["last-modified"],
    )
    assert (got.status, got.body) == (200, body)
    assert got.headers["etag"] != before["etag"]
    assert get(replica, letter.path, If_Modified_Since=before["last-modified"]).status == 200
    reissued = replica.reissue(letter.path)
    assert get(replica, letter.path).body == reissued.pdf()
    assert get(replica, letter.path, If_None_Match=got.headers["etag"]).status == 200


def test_an_alias_serves_equal_bytes_and_is_listed(replica: Replica) -> None:
    letter = replica.letter("essex-county-council", 2022)
    again = replica.alias(letter.path)
    assert again != letter.path
    assert get(replica, again).body == letter.pdf()
    page = letters_list(replica, letter.slug)
    assert f'href="{again}"' in page
    assert f'href="{letter.path}"' in page


def test_links_can_be_added_and_letters_unlisted(replica: Replica) -> None:
    slug = "essex-county-council"
    address = letters_address(replica, slug)
    tag = get(replica, address).headers["etag"]
    replica.add_link(slug, "Annual review letter 2018", "http://elsewhere.invalid/2018.pdf")
    changed = get(replica, address, If_None_Match=tag)
    assert changed.status == 200
    assert 'href="http://elsewhere.invalid/2018.pdf"' in changed.text
    letter = replica.letter(slug, 2020)
    replica.unlist(letter.path)
    assert letter.path not in letters_list(replica, slug)
    assert letter not in replica.letters()
    assert get(replica, letter.path).status == 200
    replica.relist(letter.path)
    assert letter.path in letters_list(replica, slug)


def test_councils_can_vanish_and_appear(replica: Replica) -> None:
    replica.hide_council("kent-county-council")
    got = get(replica, MAP)
    assert "kent-county-council" not in got.text
    assert got.headers["x-ombudsman-replica"] == "councils=15"
    assert get(replica, f"{MAP}/kent-county-council/statistics").status == 404
    replica.show_council("Kent-County-Council")
    added = replica.add_council()
    got = get(replica, MAP)
    assert "kent-county-council" in got.text
    assert added in got.text
    assert got.headers["x-ombudsman-replica"] == "councils=17"
    assert replica.letter(added, 2025) in replica.letters()
    with pytest.raises(ValueError, match="to add"):
        replica.add_council("KEN")


def test_it_starts_again_at_the_same_address() -> None:
    replica = Replica(councils=2)
    with replica:
        address = replica.url
    with pytest.raises(ConnectionRefusedError):
        get(replica, MAP)
    with replica:
        assert replica.url == address
        assert get(replica, MAP).status == 200
        with pytest.raises(RuntimeError, match="running already"):
            replica.start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_its_address_and_stops_on_a_signal(number: signal.Signals) -> None:
    program = "from ombudsman_crawler.replica import serve; serve(councils=3)"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
        connection.request("GET", MAP)
        assert connection.getresponse().status == 200
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        connection.close()
    assert (process.returncode, errors) == (0, "")
