# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser: whatever a run was, on phone and screen, by day and night, and on paper."""

import re
import time
import urllib.parse
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.report import samples
from tests.report.browser import PROGRAM, Browser

CHECKS = Path(__file__).with_name("page_checks.js")
WIDTHS = (390, 900, 1600)
MOST_BYTES, MOST_SECONDS, MOST_SHEETS = 2_000_000, 1.0, 10

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium: install the Debian package chromium")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> "Pages":
    return Pages(tmp_path_factory.mktemp("pages"))


class Pages:
    """Pages of the samples, each made when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.page = cache(lambda name: samples.write(folder / name, name))


def sections(browser: Browser) -> list[str]:
    """The places that the tabs lead to."""
    return list(browser.value("[...document.querySelectorAll('nav a')].map((each) => each.hash)"))


def show(browser: Browser, place: str) -> None:
    """Go to a tab, with all that is folded there unfolded."""
    browser.value(f"""new Promise((done) => {{
        location.hash = {place!r};
        setTimeout(() => {{
            for (const each of document.querySelectorAll("section.shown details")) each.open = true;
            requestAnimationFrame(() => done(0));
        }}, 20);
    }})""")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", samples.SAMPLES)
def test_a_page_is_whole_at_each_width(browser: Browser, pages: Pages, name: str, width: int) -> None:
    browser.look(width)
    browser.open(pages.page(name))
    browser.value(CHECKS.read_text())
    for place in sections(browser):
        show(browser, place)
        assert browser.value(
            "[...document.querySelectorAll('section.shown')].map((each) => '#' + each.id)"
        ) == [place]
        for check in ("overflow", "clipped"):
            assert browser.value(f"checks.{check}()") == [], (check, place)
    assert browser.complaints == []
    assert browser.requests == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["passing", "failing", "clusters"])
def test_text_stands_out_by_day_and_by_night(browser: Browser, pages: Pages, name: str, dark: bool) -> None:
    browser.look(1600, dark=dark)
    browser.open(pages.page(name))
    browser.value(CHECKS.read_text())
    for place in sections(browser):
        show(browser, place)
        assert browser.value("checks.contrast()") == [], place


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_links_lead_somewhere_and_all_has_a_name(browser: Browser, pages: Pages, name: str) -> None:
    path = pages.page(name)
    browser.open(path)
    browser.value(CHECKS.read_text())
    assert browser.value("checks.structure()") == []
    links = browser.value("[...document.querySelectorAll('a')].map((each) => each.getAttribute('href'))")
    files = {link for link in links if not link.startswith("#")}
    assert [link for link in files if not (path.parent / urllib.parse.unquote(link)).exists()] == []
    assert bool(files) == (name != "clusters")


def test_a_link_opens_its_tab_and_what_is_folded_around_it(browser: Browser, pages: Pages) -> None:
    browser.look(1600)
    failure = re.findall(r'<tr id="(failure-[^"]+)"', pages.page("failing").read_text())[-1]
    for place, tab in (
        (failure, "failures"),
        ("test-serial-reg_bash", "tests"),
        ("testpoint-lock", "testplan"),
    ):
        browser.open(pages.page("failing"), f"#{place}")
        assert browser.value("document.querySelector('section.shown').id") == tab
        assert browser.value("document.querySelector('nav a[aria-current]').hash") == f"#{tab}"
        top = browser.value(f"document.getElementById({place!r}).getBoundingClientRect().top")
        assert 0 < top < 900


def test_the_first_screen_answers(browser: Browser, pages: Pages) -> None:
    for name in ("passing", "failing"):
        browser.look(1600)
        browser.open(pages.page(name))
        ends = browser.value(
            "[...document.querySelectorAll('.first > *')].map((e) => e.getBoundingClientRect().bottom)"
        )
        assert max(ends) < 1000
        heads = browser.value("[...document.querySelectorAll('.first h2')].map((e) => e.textContent)")
        assert len(heads) == len(ends) == 4


def natural(text: str) -> list[str]:
    """A key that sorts numbers in a text by their values."""
    return [part.zfill(9) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


TABLE = "document.querySelector('#tests table')"


def test_a_table_sorts_by_each_kind_of_column(browser: Browser, pages: Pages) -> None:
    browser.open(pages.page("huge"), "#tests")
    heads = browser.value(f"[...{TABLE}.tHead.rows[0].cells].map((each) => each.textContent)")
    for head in ("test", "seconds"):
        place = heads.index(head)
        cells = f"[...{TABLE}.tBodies[0].rows].map((each) => each.cells[{place}].innerText.split('\\n')[0])"
        button = f"{TABLE}.tHead.rows[0].cells[{place}].querySelector('button')"
        for direction in ("ascending", "descending"):
            browser.value(f"{button}.click()")
            found = browser.value(cells)
            values = [float(text) if head == "seconds" else natural(text) for text in found]
            assert values == sorted(values, reverse=direction == "descending")
            assert browser.value(f"{button}.parentElement.ariaSort") == direction
            assert browser.value(f"{TABLE}.querySelectorAll('[aria-sort]').length") == 1


def test_numbers_sort_as_numbers(browser: Browser, pages: Pages) -> None:
    browser.open(pages.page("passing"), "#device-redmule")
    browser.value("document.querySelectorAll('#speed details').forEach((each) => { each.open = true; })")
    table = "document.querySelector('#speed table.data')"
    rows = f"[...{table}.tBodies[0].rows].map((each) => each.cells[1].innerText)"
    browser.value(f"{table}.tHead.rows[0].cells[1].querySelector('button').click()")
    found = [text.replace("\u202f", "") for text in browser.value(rows)]
    numbers = [float(text) if text[0].isdigit() else float("-inf") for text in found]
    assert numbers == sorted(numbers)
    assert len({len(text) for text in found}) > 3


def test_a_table_finds_words_and_picks_values(browser: Browser, pages: Pages) -> None:
    browser.open(pages.page("huge"), "#tests")
    count = f"[...{TABLE}.tBodies[0].rows].filter((each) => each.checkVisibility()).length"
    assert browser.value(count) == 300
    tools = "document.querySelector('#tests .tools')"
    typed = "(box, text, kind) => { box.value = text; box.dispatchEvent(new Event(kind)); }"
    browser.value(f"({typed})({tools}.querySelector('input'), 'NUMBER_7 serial', 'input')")
    assert browser.value(count) == 1
    assert browser.value(f"{tools}.querySelector('output').textContent") == "1 of 300"
    browser.value(f"({typed})({tools}.querySelector('input'), '', 'input')")
    browser.value(f"({typed})({tools}.querySelector('select'), 'cluster_8', 'change')")
    assert browser.value(count) == 30


def test_keys_go_from_tab_to_tab_and_to_the_search(browser: Browser, pages: Pages) -> None:
    browser.look(1600)
    browser.open(pages.page("huge"))

    def press(key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            browser(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                windowsVirtualKeyCode=code,
                text="\r" if key == "Enter" else "",
            )

    focused = "document.activeElement.hash || document.activeElement.className || document.activeElement.type"
    press("Tab", 9)
    assert browser.value(focused) == "#overview"  # that to skip what comes before
    press("Tab", 9)
    press("ArrowRight", 39)
    press("ArrowRight", 39)
    assert browser.value(focused) == "#tests"
    assert browser.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    press("Enter", 13)
    # The page follows its address by an event of its own, some time later.
    shown = "document.querySelector('section.shown').id"
    deadline = time.monotonic() + 30
    while browser.value(shown) == "overview" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert browser.value(shown) == "tests"
    press("/", 191)
    assert browser.value(focused) == "search"


def test_without_its_script_a_page_shows_everything(browser: Browser, pages: Pages) -> None:
    browser("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(pages.page("failing"))
        shown = "[...document.querySelectorAll('main > section')].every((each) => each.checkVisibility())"
        assert browser.value(shown)
    finally:
        browser("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_paper_has_few_sheets_and_nothing_is_cut(browser: Browser, pages: Pages, name: str) -> None:
    browser.look(720, media="print")
    browser.open(pages.page(name))
    browser.value(CHECKS.read_text())
    assert browser.value("checks.overflow()") == []
    assert browser.value("checks.clipped()") == []
    assert 1 <= browser.pages() < MOST_SHEETS


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_a_page_is_small_and_there_at_once(browser: Browser, pages: Pages, name: str) -> None:
    browser.look(1600)
    path = pages.page(name)
    assert path.stat().st_size < MOST_BYTES
    browser.open(path)
    assert browser.busy < MOST_SECONDS
