"""The explorer as people see it: a real browser (Chromium) before a running `ombudsman explore`
over a crawled replica. `make test-browser` runs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from conftest import Storage, command
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from ombudsman_crawler.replica import Replica

#: Where `make test-browser` puts axe-core, and where the screenshots go.
ROOT = Path(__file__).parents[2]
AXE = ROOT / ".browser" / "package" / "axe.min.js"
SCREENSHOTS = ROOT / ".browser" / "screenshots"

#: What a hostile register might call a council.
HOSTILE = '=HYPERLINK("http://198.51.100.1/")<img src=x onerror="alert(1)"><b>Borough</b> & \'Co\''


@dataclass
class Site:
    """An explorer that runs, and the storage it shows."""

    url: str
    storage: Storage


@dataclass
class Seen:
    """What a page did that it mustn't do."""

    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def serve(storage: Path, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """Start an explorer; return it and its address."""
    process = subprocess.Popen(
        command("explore", "--storage", str(storage), "--port", "0", *arguments),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("http://127.0.0.1:"), line
    return process, line.split()[0].rstrip("/")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Four councils, three years, one of them with a name that no council has."""
    storage = Storage(tmp_path_factory.mktemp("browser") / "storage")
    with Replica(councils=4, years=(2020, 2022)) as replica:
        crawled = storage.crawl(replica, "--collect", "letters,pages,tables,reports,improvements")
        assert crawled.status == 0, crawled.all
    with closing(sqlite3.connect(storage.path / "ombudsman.db")) as connection, connection:
        changed = connection.execute(
            "UPDATE authority SET name = ? WHERE id = (SELECT MAX(authority_id) FROM letter"
            " JOIN authority ON authority.id = authority_id WHERE slug NOT LIKE 'kent%'"
            " AND slug NOT LIKE 'dartford%')",
            [HOSTILE],
        )
        assert changed.rowcount == 1
    process, url = serve(storage.path)
    try:
        yield Site(url, storage)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "these tests need Debian's Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        launched = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page that mustn't say an error on the console nor ask another host for anything."""
    seen = Seen()

    def said(message: ConsoleMessage) -> None:
        # A page that isn't there is what some tests ask for.
        if message.type in ("error", "warning") and "404 (Not Found)" not in message.text:
            seen.errors.append(f"{message.text} ({message.location.get('url')})")

    opened = context.new_page()
    opened.on("console", said)
    opened.on("pageerror", lambda error: seen.errors.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((site.url + "/", "data:"))
            else seen.elsewhere.append(request.url)
        ),
    )
    opened.on("dialog", lambda dialog: seen.errors.append(f"dialog: {dialog.message}"))
    yield opened
    assert seen == Seen()


KENT = "kent-county-council"
WIDTHS = (360, 1280)

#: Every kind of page, each as a user comes to it.
PAGES = (
    "/",
    "/councils",
    f"/council/{KENT}",
    "/years",
    "/year/2021?metric=uphold_rate",
    f"/letter/{KENT}/2021",
    f"/letter/{KENT}/2021?figure=uphold_rate",
    f"/figure/{KENT}/2021/letter/uphold_rate",
    "/doubts",
    "/about",
    "/nothing-is-here",
)


def test_from_home_to_the_words_on_the_page(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_label("Find a council").fill("kent")
    page.get_by_role("button", name="Find").click()
    page.wait_for_url(f"{site.url}/council/{KENT}")
    page.locator(f"a[href='/letter/{KENT}/2021']").first.click()
    assert "2020–21" in page.locator("h1").inner_text()
    page.locator("a.figure[data-metric='uphold_rate']").first.click()

    (figure,) = site.storage.query(
        "SELECT * FROM figures WHERE figure_id = ?", f"{KENT}/2021/letter/uphold_rate"
    )
    assert figure["value_text"] == "74%"
    mark = page.locator("rect.mark[data-figure='uphold_rate']")
    image = page.locator("img.page-image").first
    image.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('img.page-image').naturalWidth > 0")
    x0, y0, x1, y1 = json.loads(figure["box"])
    document = pypdfium2.PdfDocument(site.storage.path / figure["document_path"])
    width, height = document[figure["page"] - 1].get_size()
    marked, drawn = mark.bounding_box(), image.bounding_box()
    assert marked is not None
    assert drawn is not None
    # The rectangle lies over the box, on the scale at which the page is shown.
    scale = drawn["width"] / width
    assert drawn["height"] == pytest.approx(height * scale, abs=2)
    assert marked["x"] - drawn["x"] <= x0 * scale + 1
    assert marked["y"] - drawn["y"] <= y0 * scale + 1
    assert marked["x"] + marked["width"] - drawn["x"] >= x1 * scale - 1
    assert marked["y"] + marked["height"] - drawn["y"] >= y1 * scale - 1
    assert marked["width"] <= (x1 - x0) * scale + 16
    assert marked["height"] <= (y1 - y0) * scale + 16
    # And the words lie in it: ink inside, and little of the page's ink otherwise.
    shot = Image.open(BytesIO(page.screenshot(clip=dict(marked)))).convert("L")
    dark = sum(shot.histogram()[:110])
    assert dark > 20, "there are no words in the marked rectangle"
    # The same in the picture of the page itself, as the document has it.
    rendered = Image.open(BytesIO(page.request.get(str(image.evaluate("i => i.src"))).body()))
    grain = rendered.width / width
    cut = rendered.convert("L").crop(tuple(int(side * grain) for side in (x0, y0, x1, y1)))
    assert sum(cut.histogram()[:110]) > 20
    # What is marked is also said.
    assert "74%" in page.locator("main").inner_text()


def test_the_heat_map_says_what_coverage_says(page: Page, site: Site) -> None:
    page.goto(site.url)
    signs = {"A": "archived", "G": "gone", "U": "unread", "F": "failed", "M": "missing"}
    found = {}
    for table in page.locator("table.coverage[data-kind]").all():
        headings = table.locator("thead th").all_text_contents()[1:]
        for row in table.locator("tbody tr").all():
            name = row.locator("th").text_content()
            for year, sign in zip(headings, row.locator("td").all_text_contents(), strict=True):
                found[name, int(year[:4]) + 1] = signs.get(sign, "not_expected")
    expected = {
        (row["authority"], row["year_ending"]): row["state"]
        for row in site.storage.query("SELECT * FROM coverage")
    }
    # Kinds of which no letter is expected have no map.
    assert {key: state for key, state in expected.items() if key in found} == found
    left = {state for key, state in expected.items() if key not in found}
    assert left <= {"not_expected"}
    assert "archived" in found.values()


def test_a_council_of_markup_and_formulas_stays_text(page: Page, site: Site) -> None:
    (row,) = site.storage.query(
        "SELECT key, letters.kind, MAX(year_ending) AS year FROM letters"
        " JOIN authorities USING (authority) WHERE authority = ?", HOSTILE
    )  # fmt: skip
    addresses = (
        "/",
        "/councils",
        f"/council/{row['key']}",
        f"/year/{row['year']}?kind={row['kind']}",
        f"/letter/{row['key']}/{row['year']}",
        "/data/letters",
    )
    for address in addresses:
        page.goto(site.url + address)
        assert HOSTILE in (page.locator("body").text_content() or ""), address
        assert page.locator("img[src='x']").count() == 0


def test_charts_are_drawn_and_have_their_table(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/council/{KENT}")
    charts = page.locator("figure.chart")
    assert charts.count() >= 3
    page.wait_for_function(
        "[...document.querySelectorAll('figure.chart')]"
        ".every(chart => chart.querySelector('svg, canvas'))"
    )
    for chart in charts.all():
        drawn = chart.locator("svg, canvas").first.bounding_box()
        assert drawn is not None
        assert drawn["width"] > 200
        assert drawn["height"] > 100
    assert page.locator("main table").count() >= charts.count()


def test_without_javascript_everything_but_charts_works(browser: Browser, site: Site) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site.url}/letter/{KENT}/2021")
        page.locator("a.figure[data-metric='uphold_rate']").first.click()
        assert page.locator("rect.mark[data-figure='uphold_rate']").count() == 1
        page.goto(f"{site.url}/council/{KENT}")
        assert "74" in (page.locator("main table").first.text_content() or "")
        page.goto(f"{site.url}/year/2021")
        page.locator("select[name='metric']").select_option("compliance_rate")
        page.locator("main form button").first.click()
        assert "metric=compliance_rate" in page.url


def test_the_keyboard_alone_leads_to_a_figure(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/letter/{KENT}/2021")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('a.figure')"):
            break
    else:
        pytest.fail("no figure can be reached by the keyboard")
    metric = page.evaluate("document.activeElement.dataset.metric")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"rect.mark[data-figure='{metric}']", state="attached")


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_fit_for_everybody(page: Page, site: Site, address: str) -> None:
    """No serious violation by axe-core, nothing wider than a telephone, a picture to look at."""
    assert AXE.is_file(), "`make test-browser` puts axe-core there"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(site.url + address)
        page.wait_for_load_state("networkidle")
        name = re.sub(r"\W+", "-", address).strip("-") or "home"
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} points wide at {width}"
    # The policy of the page lets no script in but its own; the browser's own may look on.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("axe.run()")
    serious = [
        f"{one['id']}: {one['help']} {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert result["passes"]
