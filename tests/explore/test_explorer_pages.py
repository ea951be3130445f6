"""The explorer's pages of councils, years, letters, figures and doubts."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from statistics import median

import httpx
import pypdf
import pytest
from conftest import Storage, ombudsman_here
from parsel import Selector
from PIL import Image

from ombudsman_crawler.explore import page_images, server, shown
from ombudsman_crawler.explore.pages import doubts
from ombudsman_crawler.explore.pages import year as year_page
from ombudsman_crawler.explore.pages.figures import Shown
from ombudsman_crawler.replica import Replica

KENT = "kent-county-council"
Get = Callable[[str], httpx.Response]


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """Twelve councils, so that a kind has several; pages and tables with seeded errors."""
    storage = Storage(tmp_path_factory.mktemp("pages") / "storage")
    with Replica(councils=12, years=(2019, 2022), seeded_errors=4) as replica:
        crawled = storage.crawl(replica, "--collect", "letters,pages,tables")
        assert crawled.status == 0, crawled.all
        replica.reissue(replica.letter(KENT, 2022).path)
        again = storage.crawl(replica, "--refetch", "all")
        assert again.status == 0, again.all
    return storage


@pytest.fixture
def copied(explored: Storage, tmp_path: Path) -> Path:
    """The same storage, to be changed."""
    path = tmp_path / "storage"
    shutil.copytree(explored.path, path)
    return path


def asking(showing: shown.Shown) -> Get:
    application = server.application(showing)

    def get(address: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(application)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.get(address)

        return asyncio.run(ask())

    return get


@pytest.fixture(scope="module")
def get(explored: Storage) -> Iterator[Get]:
    showing = shown.Shown(explored.path)
    yield asking(showing)
    showing.close()


def html(answer: httpx.Response) -> Selector:
    assert answer.status_code == 200, answer.text[-2000:]
    return Selector(answer.text)


def words(selector: Selector) -> str:
    return " ".join(" ".join(selector.xpath(".//text()[not(parent::script)]").getall()).split())


def test_a_council_shows_each_figure_and_leads_to_it(get: Get, explored: Storage) -> None:
    page = html(get(f"/council/{KENT}"))
    for year in (2019, 2020, 2021, 2022):
        (summary,) = explored.query(
            "SELECT * FROM annual_summary WHERE slug = ? AND year_ending = ?", KENT, year
        )
        source = json.loads(summary["sources"])["uphold_rate"]
        link = page.css(f'#uphold_rate a[href="/figure/{KENT}/{year}/{source}/uphold_rate"]')
        assert words(link[0]).startswith(f"{summary['uphold_rate']:g}"), year
    specification = json.loads(page.css("figure.chart script::text").get() or "")
    assert specification["description"]
    assert len(page.css("figure.chart")) <= len(page.css("section.metric table"))
    assert page.css(f'a[href="/letter/{KENT}/2021"]')


def test_absent_is_a_reason_and_never_zero(get: Get, explored: Storage) -> None:
    absent = explored.query(
        "SELECT * FROM figures WHERE value IS NULL AND NOT restated AND source = 'letter'"
        " AND metric IN ('compliance_rate', 'uphold_rate', 'satisfactory_remedy_rate') LIMIT 3"
    )
    assert absent
    for figure in absent:
        key = figure["figure_id"].split("/")[0]
        page = html(get(f"/council/{key}"))
        cell = page.css(f'a[href="/figure/{figure["figure_id"]}"] span')[0]
        assert "absent" in cell.attrib["class"]
        shown_in = page.css("figure.chart script::text").getall()
        drawn = [
            row
            for text in shown_in
            for row in json.loads(text).get("data", {}).get("values", [])
            if row.get("value") == 0
        ]
        zero = explored.query(
            "SELECT 1 FROM figures WHERE slug = ? AND value = 0 LIMIT 1", figure["slug"]
        )
        assert not drawn or zero


def test_a_year_ranks_by_the_stored_values(get: Get, explored: Storage) -> None:
    rates = explored.query(
        "SELECT authority, kind, uphold_rate, detailed_investigations FROM annual_summary"
        " WHERE year_ending = 2021 AND uphold_rate IS NOT NULL"
    )
    kinds = [row["kind"] for row in rates]
    kind = max(set(kinds), key=kinds.count)
    own = sorted((row for row in rates if row["kind"] == kind), key=lambda row: -row["uphold_rate"])
    page = html(get(f"/year/2021?metric=uphold_rate&kind={kind}"))
    rows = page.xpath("//table[contains(caption, 'in the order')]/tbody/tr")
    values = [row["uphold_rate"] for row in own]
    assert [float(words(row.xpath("td[2]")).split("%")[0]) for row in rows] == values
    assert [int(words(row.xpath("td[1]"))) for row in rows] == [
        values.index(value) + 1 for value in values
    ]
    assert {words(row.xpath("th")) for row in rows} == {
        " ".join(row["authority"].split()) for row in own
    }
    for row in rows:
        (base,) = [
            one["detailed_investigations"]
            for one in own
            if " ".join(one["authority"].split()) == words(row.xpath("th"))
        ]
        assert words(row.xpath("td[3]")).split()[0] == f"{base:g}"
        assert ("few cases" in words(row)) is (base < 20)
        low, high = words(row.xpath("td[4]")).rstrip("%").split("–")
        rate = float(words(row.xpath("td[2]")).split("%")[0])
        assert float(low) <= rate <= float(high)
    assert "cautions" in words(page.css(".caution"))
    by_kind = page.xpath(f"//tr[th/a[contains(@href, 'kind={kind}')]]")
    assert words(by_kind.xpath("td[4]")) == f"{median(values):g}%"


def test_the_cases_of_a_rate_are_those_of_its_own_source(
    copied: Path,
) -> None:
    with closing(sqlite3.connect(copied / "ombudsman.db")) as connection, connection:
        # Another source still says how many there were, and the rate is the letter's.
        connection.execute(
            "DELETE FROM figure WHERE source = 'letter' AND year_ending = 2021"
            " AND metric = 'detailed_investigations'"
        )
    showing = shown.Shown(copied)
    try:
        page = html(asking(showing)("/year/2021?metric=uphold_rate&kind=county"))
    finally:
        showing.close()
    rows = page.xpath(
        "//table[contains(caption, 'in the order')]/tbody/tr[td//a[contains(@href, '/letter/')]]"
    )
    assert rows
    for row in rows:
        assert words(row.xpath("td[3]")) == "not known"
        assert words(row.xpath("td[4]")) == ""


@pytest.mark.parametrize(
    ("rate", "count", "base", "interval"),
    [
        (97, None, 38, "87–100%"),  # 37 of 38, not 36.86
        (97, 37, 38, "87–100%"),
        (97, None, 7, None),  # no number of 7 cases is 97 percent
        (97, 40, 38, None),
        (50, 30, 50, None),
        (100, None, 3, "44–100%"),
        (0, None, 3, "0–56%"),
    ],
)
def test_an_interval_is_one_of_whole_cases(
    rate: float, count: float | None, base: float, interval: str | None
) -> None:
    row = {
        "key": KENT, "authority": KENT, "year_ending": 2025, "source": "letter",
        "metric": "uphold_rate", "value": rate, "value_text": f"{rate}%", "absence": None,
        "doubts": None, "unit": "percent",
    }  # fmt: skip
    counts = {KENT: {"value": count, "source": "letter"}}
    (placed,) = year_page._placed([row], counts, {KENT: {"value": base, "source": "letter"}})
    if interval is None:
        assert (placed.low, placed.high) == (None, None)
    else:
        assert placed.low is not None
        assert placed.high is not None
        assert f"{round(placed.low)}–{round(placed.high)}%" == interval


def test_what_a_later_letter_says_of_an_earlier_year_is_shown(
    copied: Path,
) -> None:
    with closing(sqlite3.connect(copied / "ombudsman.db")) as connection, connection:
        # The letter of 2022 prints a number of 2020 too, another than the letter of 2020.
        (reading,) = connection.execute(
            "SELECT reading_id FROM current_reading AS current JOIN authority"
            " ON authority.id = authority_id WHERE slug = ? AND current.year_ending = 2022",
            [KENT],
        ).fetchone()
        connection.execute(
            "INSERT INTO figure (reading_id, authority_id, year_ending, metric, value, value_text,"
            " source, restated, page, text) VALUES (?, (SELECT id FROM authority WHERE slug = ?),"
            " 2020, 'uphold_rate', 3, '3%', 'letter', 1, 1, '2020: 3%')",
            [reading, KENT],
        )
        connection.execute(
            "INSERT INTO finding (reading_id, origin, code, severity, metric, year_ending, message)"
            " VALUES (?, 'review', 'restated_otherwise', 'note', 'uphold_rate', 2020, 'other')",
            [reading],
        )
    showing = shown.Shown(copied)
    try:
        get = asking(showing)
        council = html(get(f"/council/{KENT}"))
        restated = f"/figure/{KENT}/2020/letter/uphold_rate/restated-2022"
        (row,) = council.xpath(f"//details[@id='restated']//tr[.//a[@href='{restated}']]")
        assert words(row).startswith("uphold rate 2019–20")
        assert words(row.xpath("td[3]")) == "3%"
        found = html(get("/doubts?severity=note&code=restated_otherwise"))
        assert found.css("article.finding a::attr(href)").get() == restated
        marked = html(get(restated)).xpath("//a[contains(., 'marked on the page')]/@href").get()
        assert marked == f"/letter/{KENT}/2022?figure=uphold_rate&of=2020#marked"
        letter = html(get(marked.partition("#")[0]))
        assert words(letter.css("a.figure[aria-current]")[0]) == "3%"
    finally:
        showing.close()


def test_a_letter_leads_to_the_ones_beside_it_and_says_what_its_figures_mean(
    get: Get, explored: Storage
) -> None:
    page = html(get(f"/letter/{KENT}/2021"))
    assert page.css("a[rel=prev]::attr(href)").get() == f"/letter/{KENT}/2020"
    assert page.css("a[rel=next]::attr(href)").get() == f"/letter/{KENT}/2022"
    assert not html(get(f"/letter/{KENT}/2019")).css("a[rel=prev]")
    (metric,) = explored.query("SELECT definition FROM metric WHERE metric = 'uphold_rate'")
    (meaning,) = page.xpath("//dt[.='Uphold rate']/following-sibling::dd[1]")
    assert words(meaning).rstrip(".").lower() == metric["definition"].rstrip(".").lower()


def test_a_letter_marks_the_words_of_the_chosen_figure(get: Get, explored: Storage) -> None:
    (figure,) = explored.query(
        "SELECT * FROM figures WHERE figure_id = ?", f"{KENT}/2021/letter/uphold_rate"
    )
    page = html(get(f"/letter/{KENT}/2021?figure=uphold_rate"))
    mark = page.css("rect.mark")[0].attrib
    x0, y0, x1, y1 = json.loads(figure["box"])
    assert float(mark["x"]) == pytest.approx(x0, abs=3)
    assert float(mark["y"]) == pytest.approx(y0, abs=3)
    assert float(mark["x"]) + float(mark["width"]) == pytest.approx(x1, abs=3)
    assert float(mark["y"]) + float(mark["height"]) == pytest.approx(y1, abs=3)
    image = get(page.css("img.page-image")[0].attrib["src"])
    assert image.headers["content-type"] == "image/png"
    assert "private" in image.headers["cache-control"]
    picture = Image.open(BytesIO(image.content)).convert("L")
    _, _, width, height = map(float, page.css("svg")[0].attrib["viewbox"].split())
    assert picture.height / picture.width == pytest.approx(height / width, rel=0.01)
    scale = picture.width / width
    inside = picture.crop((int(x0 * scale), int(y0 * scale), int(x1 * scale), int(y1 * scale)))
    assert sum(inside.histogram()[:110]) > 20
    assert page.css(".words mark::text").get() == "74%"
    document = get(f"/document/{figure['document_sha256']}.pdf")
    assert document.content.startswith(b"%PDF")
    assert document.headers["content-security-policy"].startswith("sandbox")


@pytest.mark.parametrize(
    ("text", "printed", "before"),
    [
        ("LS, 01/04/2009 - 31/03/2010: 1", "1", "LS, 01/04/2009 - 31/03/2010: "),
        ("74% of 174 were upheld", "74%", ""),
        ("In 2020 we decided 20.", "20", "In 2020 we decided "),
        ("1,340 and 340", "340", "1,340 and "),
        ("no number here", "7", "no number here"),
    ],
)
def test_the_printed_number_is_marked_and_no_part_of_another(
    text: str, printed: str, before: str
) -> None:
    figure = Shown(
        "id", "uphold_rate", "percent", "", 2021, "letter", 1.0, None, printed, None, None, text,
        False, (), None, "", "", None, "",
    )  # fmt: skip
    assert figure.said[0] == before
    assert "".join(figure.said) == text


def test_a_letter_that_was_revised_shows_what_differs(get: Get, explored: Storage) -> None:
    page = html(get(f"/letter/{KENT}/2022"))
    old = {
        row["metric"]: row["value_text"]
        for row in explored.query(
            "SELECT * FROM version_figures WHERE letter = ? AND NOT restated", f"{KENT}/2022"
        )
    }
    new = {
        row["metric"]: row["value_text"]
        for row in explored.query(
            "SELECT * FROM figures WHERE figure_id LIKE ?", f"{KENT}/2022/letter/%"
        )
    }
    differ = {(old[name], new[name]) for name in old if old[name] != new[name]}
    assert differ
    rows = page.xpath(
        "//h3[contains(., 'From version 1 to 2')]/following-sibling::table[1]//tr[td]"
    )
    assert {(words(row.xpath("td[2]")), words(row.xpath("td[3]"))) for row in rows} == differ


def test_every_figure_has_a_lasting_address(get: Get, explored: Storage) -> None:
    titles: list[str] = []
    some = explored.query(
        "SELECT * FROM figures WHERE rowid IS NULL OR 1 ORDER BY figure_id LIMIT 1500"
    )[::97]
    some += explored.query("SELECT * FROM figures WHERE doubts IS NOT NULL LIMIT 3")
    sources = explored.query("SELECT source, MIN(figure_id) AS id FROM figures GROUP BY source")
    some += [
        explored.query("SELECT * FROM figures WHERE figure_id = ?", row["id"])[0] for row in sources
    ]
    assert {row["source"] for row in some} == {"letter", "council_page", "national_table"}
    for figure in some:
        value = get(f"/figure/{figure['figure_id']}.json").json()
        for name in ("value", "absence", "value_text", "text", "page", "unit", "url"):
            assert value[name] == figure[name], (figure["figure_id"], name)
        assert value["sha256"] == figure["document_sha256"]
        page = html(get(f"/figure/{figure['figure_id']}"))
        said = words(page)
        assert " ".join((figure["value_text"] or "").split()) in said
        assert figure["document_sha256"] in said
        assert "TEST DATA" in words(page.css(".cite"))
        if figure["doubts"]:
            assert page.css(".finding.warning, .finding.error")
        titles.append(page.css("title::text").get() or "")
        crumbs = page.css(".crumbs a::attr(href)").getall()
        assert [get(address).status_code for address in crumbs] == [200, 200], figure["figure_id"]
    assert len(set(titles)) == len({figure["figure_id"].replace("/council_page/", "/")
                                    .replace("/national_table/", "/").replace("/letter/", "/")
                                    for figure in some})  # fmt: skip


def test_doubts_lead_to_their_evidence_and_can_be_settled(get: Get, explored: Storage) -> None:
    page = html(get("/doubts"))
    open_now = explored.query(
        "SELECT * FROM findings WHERE severity <> 'note' AND acknowledged IS NULL"
    )
    assert open_now
    assert len(page.css("article.finding")) == min(50, len(open_now))
    for address in page.css("article.finding a::attr(href)").getall():
        assert get(address).status_code == 200, address
    of_tables = [row for row in open_now if row["source"] == "national_table"]
    assert of_tables
    tables = html(get("/doubts?source=national_table"))
    for finding in tables.css("article.finding"):
        assert "a whole table" not in words(finding.css("h3"))
        assert finding.css("a::attr(href)").get()
    commands = page.css("article.finding code::text").getall()
    assert all(line.startswith("ombudsman acknowledge ") for line in commands)
    by_council = [row for row in open_now if row["slug"]]
    if by_council:
        slug = by_council[0]["slug"]
        narrowed = html(get(f"/doubts?council={slug}"))
        assert len(narrowed.css("article.finding")) == sum(row["slug"] == slug for row in open_now)
        chosen = narrowed.css("select[name=council] option[selected]")
        assert words(chosen[0]) == " ".join(by_council[0]["authority"].split())


def test_disagreements_are_turned_page_by_page(
    get: Get, explored: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "_ON_A_PAGE", 2)
    differing = explored.query("SELECT authority, year_ending, metric FROM disagreement")
    assert len(differing) > 2
    address: str | None = "/disagreements"
    shown_here = []
    while address:
        page = html(get(address))
        found = page.css("article.finding h2")
        assert 0 < len(found) <= 2
        shown_here += [words(one) for one in found]
        after = page.xpath("//nav//a[.='Next']/@href").get()
        address = f"/disagreements{after}" if after else None
    assert len(set(shown_here)) == len(shown_here) == len(differing)


@pytest.mark.parametrize(
    "address",
    [
        "/year/2021?metric=nope",
        "/year/2021?kind=nope",
        "/year/0000",
        f"/letter/{KENT}/2021?figure=%3Cscript%3E",
        f"/letter/{KENT}/2021?figure=uphold_rate&of=abc",
        f"/letter/{KENT}/2021?page=0",
        f"/letter/{KENT}/2021?page=99999999999999999999",
        f"/letter/{KENT}/2021?page=000000001" + "0" * 5000,
        f"/letter/{KENT}/2021?page=0000000019999",
        f"/letter/{KENT}/2021/other",
        f"/figure/{KENT}/2021/letter/nope",
        f"/figure/{KENT}/9999999999999999999999/letter/uphold_rate",
        "/figure/a/b",
        "/doubts?page=-1",
        "/doubts?page=99999",
        "/disagreements?page=2",
        "/disagreements?page=x",
        "/doubts?severity=x",
        "/doubts?council=nobody",
        "/doubts?code=" + "x" * 5000,
        f"/page/{'0' * 64}/1.png",
        f"/page/{'Z' * 64}/1.png",
        f"/document/{'0' * 64}.pdf",
        "/page/../../etc/passwd/1.png",
        "/council/%2e%2e%2f",
        "/council/%00",
    ],
)
def test_what_cant_be_asked_is_said_in_a_sentence(get: Get, address: str) -> None:
    answer = get(address)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text
    assert Selector(answer.text).css("main h1")


def test_pages_of_a_document_that_arent_there(get: Get, explored: Storage) -> None:
    (letter,) = explored.query("SELECT * FROM letters WHERE letter = ?", f"{KENT}/2021")
    for asked in ("0.png", "9999.png", "99999999999.png", "1.png?width=1", "1.png?width=x"):
        assert get(f"/page/{letter['document_sha256']}/{asked}").status_code == 404, asked


def test_without_the_documents_the_words_and_hashes_are_shown(
    explored: Storage, tmp_path: Path
) -> None:
    done = ombudsman_here("publish", "--storage", explored.path, "--despite-checks")
    assert done.status == 0, done.all
    published = (explored.path / "published" / "latest.db").resolve()
    showing = shown.Shown(tmp_path, published)
    try:
        page = html(asking(showing)(f"/letter/{KENT}/2021?figure=uphold_rate"))
    finally:
        showing.close()
    assert not page.css("img")
    assert "The document isn't here." in words(page)
    assert page.css(".words mark::text").get() == "74%"
    (letter,) = explored.query("SELECT * FROM letters WHERE letter = ?", f"{KENT}/2021")
    assert letter["document_sha256"] in words(page)


def test_what_is_withheld_isnt_shown_in_any_way(copied: Path, explored: Storage) -> None:
    (letter,) = explored.query("SELECT * FROM letters WHERE letter = ?", f"{KENT}/2021")
    said = ombudsman_here(
        "withhold", f"{KENT}/2021", "--who", "me", "--why", "a name", "--storage", copied
    )
    assert said.status == 0
    showing = shown.Shown(copied)
    try:
        get = asking(showing)
        page = html(get(f"/letter/{KENT}/2021"))
        assert "withheld from publication" in words(page)
        assert not page.css("img, rect, .words, a.figure")
        assert letter["addressee"] not in page.get()
        assert get(f"/page/{letter['document_sha256']}/1.png").status_code == 404
        assert get(f"/document/{letter['document_sha256']}.pdf").status_code == 404
        assert get(f"/figure/{KENT}/2021/letter/uphold_rate").status_code == 404
        assert html(get(f"/council/{KENT}"))
    finally:
        showing.close()


def test_a_damaged_document_costs_its_picture_only(copied: Path, explored: Storage) -> None:
    (letter,) = explored.query("SELECT * FROM letters WHERE letter = ?", f"{KENT}/2021")
    path = copied / letter["document_path"]
    path.chmod(0o644)
    path.write_bytes(b"%PDF-1.7\nnothing")
    showing = shown.Shown(copied)
    try:
        get = asking(showing)
        page = html(get(f"/letter/{KENT}/2021?figure=uphold_rate"))
        assert "can't be shown" in words(page)
        assert page.css(".words mark::text").get() == "74%"
        assert get(f"/page/{letter['document_sha256']}/1.png").status_code == 404
        assert get(f"/document/{letter['document_sha256']}.pdf").status_code == 404
    finally:
        showing.close()


def test_hostile_names_and_texts_stay_text(
    copied: Path,
) -> None:
    hostile = "</script><script>alert(1)</script>=1+1 \u202eevil\u2028'\"&"
    with closing(sqlite3.connect(copied / "ombudsman.db")) as connection, connection:
        connection.execute("UPDATE authority SET name = ? WHERE key = ?", [hostile, KENT])
        connection.execute("UPDATE figure SET text = ? || COALESCE(value_text, '')", [hostile])
        connection.execute("UPDATE finding SET message = ?", [hostile])
    showing = shown.Shown(copied)
    try:
        get = asking(showing)
        for address in (
            "/", "/councils", f"/council/{KENT}", "/year/2021?kind=county", "/doubts?severity=note",
            f"/letter/{KENT}/2021?figure=uphold_rate", f"/figure/{KENT}/2021/letter/uphold_rate",
            "/data/letters",
        ):  # fmt: skip
            page = html(get(address))
            assert not [text for text in page.css("script::text").getall() if "alert(1)" in text
                        and not text.lstrip().startswith("{")], address  # fmt: skip
            assert "alert(1)" in page.get(), address
        for text in html(get(f"/council/{KENT}")).css("script.spec::text").getall():
            assert json.loads(text)["description"]
    finally:
        showing.close()


def test_a_page_that_takes_for_ever_holds_nobody_and_says_why(
    copied: Path, explored: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of hundreds of thousands of fills."""
    (letter,) = explored.query("SELECT * FROM letters WHERE letter = ?", f"{KENT}/2021")
    path = copied / letter["document_path"]
    path.chmod(0o644)
    writer = pypdf.PdfWriter(clone_from=path)
    slow = pypdf.generic.DecodedStreamObject()
    slow.set_data(b"0 0 600 840 re f\n" * 400_000)
    writer.pages[0][pypdf.generic.NameObject("/Contents")] = writer._add_object(slow)
    writer.write(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with closing(sqlite3.connect(copied / "ombudsman.db")) as connection, connection:
        connection.execute(
            "UPDATE document SET sha256 = ? WHERE sha256 = ?", [sha256, letter["document_sha256"]]
        )
    monkeypatch.setattr(page_images, "_SECONDS", 3.0)
    showing = shown.Shown(copied)
    application = server.application(showing)

    async def ask_at_once() -> tuple[list[httpx.Response], float]:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test", timeout=60
        ) as client:
            pictures = [asyncio.create_task(client.get(f"/page/{sha256}/1.png")) for _ in range(40)]
            await asyncio.sleep(0.3)
            started = time.monotonic()
            assert (await client.get("/about")).status_code == 200
            waited = time.monotonic() - started
            return list(await asyncio.gather(*pictures)), waited

    try:
        answers, waited = asyncio.run(ask_at_once())
        assert waited < 2
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.headers["content-type"] for answer in answers} == {"image/png"}
        assert all(Image.open(BytesIO(answer.content)).width == 900 for answer in answers)
        started = time.monotonic()
        page = html(asking(showing)(f"/letter/{KENT}/2021?page=1"))
        assert time.monotonic() - started < 2
        assert "The page can't be shown" in words(page)
        assert not page.css("img")
    finally:
        showing.close()
