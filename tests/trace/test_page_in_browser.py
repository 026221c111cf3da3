# SPDX-License-Identifier: Apache-2.0
"""The page of a timeline in a real browser: its script draws what the page shows without one, at any zoom."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from regressions.trace import PAGE, write
from tests.report.browser import PROGRAM, Browser
from tests.trace.made import ARRAY, ONE_TILE, SECOND, made

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium: apt-get install chromium")

WAITING = (*range(60, 75), 200, 203)
AREAS = """
[...document.querySelectorAll("details[open] .lane")].map(lane => [...lane.querySelectorAll("path")].reduce(
  (all, path) => all + [...path.getAttribute("d").matchAll(/M\\S+ (\\S+?)h(\\S+?)V(\\S+?)h/g)].reduce(
    (sum, [, high, width, low]) => sum + width * (low - high), 0), 0))
"""
TICKS = '[...document.querySelectorAll("details[open] .axis text")].map(text => +text.textContent)'


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Page of two jobs, the first of which is unfolded."""
    folder = tmp_path_factory.mktemp("page")
    write(made((ONE_TILE, SECOND), WAITING), ARRAY, folder / PAGE, "two jobs", "passed", 0)
    return folder / PAGE


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser."""
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def drawn(browser: Browser, act: str) -> None:
    """Do something, and wait until the script has drawn."""
    twice = "requestAnimationFrame(() => requestAnimationFrame(done))"
    browser.value(f"new Promise(done => {{ {act}; {twice}; }})")


def press(key: str) -> str:
    """Script that presses a key on the picture."""
    event = f'new KeyboardEvent("keydown", {{key: "{key}", cancelable: true}})'
    return f'document.querySelector("details[open] .timeline").dispatchEvent({event})'


def test_the_script_draws_what_is_there_without_it(browser: Browser, page: Path) -> None:
    browser.look(1280)
    browser.open(page)
    still = browser.value(AREAS)
    assert (
        len(still) == 8
    )  # the tile of the second job among them, which enters before the event of the first
    drawn(browser, press("Home"))
    assert browser.value(AREAS) == pytest.approx(still, rel=0.01, abs=2)
    assert (browser.complaints, browser.requests) == ([], [])


def test_zoom_shows_less_and_all_again(browser: Browser, page: Path) -> None:
    browser.open(page)
    drawn(browser, 'document.querySelector("details[open] [data-zoom]").click()')
    ticks = browser.value(TICKS)
    assert ticks
    assert max(ticks) - min(ticks) < 125 / 4
    drawn(browser, 'document.querySelector("details[open] [data-zoom=\\"0\\"]").click()')
    assert max(browser.value(TICKS)) > 100
    assert browser.complaints == []


def test_a_stretch_without_work_is_shown_by_its_button(browser: Browser, page: Path) -> None:
    browser.open(page)
    button = 'document.querySelectorAll("details[open] [data-from]")[1]'
    assert browser.value(f"{button}.textContent") == "5-30"
    drawn(browser, f"{button}.click()")
    first, *_, last = browser.value(TICKS)
    assert first < 5 < 30 < last < 80
    assert browser.complaints == []


def test_a_link_opens_the_job_at_its_cycles(browser: Browser, page: Path) -> None:
    browser.open(page, "#job1:50-80")
    drawn(browser, "")
    assert browser.value('document.querySelector("#job1").open')
    ticks = browser.value('[...document.querySelectorAll("#job1 .axis text")].map(text => +text.textContent)')
    assert min(ticks) >= 49
    assert max(ticks) <= 80


def test_a_cycle_that_is_pointed_at_is_told_in_words(browser: Browser, page: Path) -> None:
    browser.look(1280)
    browser.open(page)
    browser.value(
        'const svg = document.querySelector("details[open] .timeline"), box = svg.getBoundingClientRect();'
        "const middle = {clientX: box.left + box.width / 2, clientY: box.top};"
        "svg.dispatchEvent(new PointerEvent('pointermove', middle))"
    )
    told = browser.value('document.querySelector("details[open] output").textContent')
    assert told.startswith("cycle ")
    assert "rows tile 0: rows 0-11, columns 0-15 of Z" in told


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_window(browser: Browser, page: Path, width: int) -> None:
    browser.look(width)
    browser.open(page)
    assert browser.value("document.documentElement.scrollWidth") <= width
