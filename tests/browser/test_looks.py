"""Every page in light, dark and on a phone; the pictures are kept in `screenshots/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import DESKTOP
from tests.browser.pages import PAGES, at
from tests.browser.visitor import Visitor

PICTURES = Path(__file__).parent / "screenshots"
PHONE: ViewportSize = {"width": 390, "height": 844}
# How far a text stands out, by WCAG 2: 4.5 : 1, or 3 : 1 for large or bold large type. What cannot be used is exempt.
_FAINT = """() => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.push(rgba(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const opacity = (element) => {
    let all = 1;
    for (let one = element; one; one = one.parentElement) all *= Number(getComputedStyle(one).opacity);
    return all;
  };
  const faint = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    if (!words || element.closest("script, style, [aria-hidden=true], :disabled, .v-btn--disabled, svg")) continue;
    const seen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!seen || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const below = ground(element);
    const [r, g, b, a] = rgba(style.color);
    const ink = over([r, g, b, a * opacity(element)], below);
    const [bright, dim] = [light(ink), light(below)].sort((x, y) => y - x);
    const contrast = (bright + 0.05) / (dim + 0.05);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const where = `${element.className || element.tagName}: ${words.slice(0, 30)}`;
    if (contrast < needed) faint.set(where, contrast.toFixed(2));
  }
  return Object.fromEntries(faint);
}"""

_TOO_WIDE = """() => [...document.querySelectorAll("#adp-content, #adp-content *")]
  .filter((one) => one.scrollWidth > innerWidth || one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => `${one.tagName}.${one.className}`).slice(0, 8)"""


@pytest.fixture
def by_light(analyst: Visitor) -> Visitor:
    _wear(analyst, "light")
    return analyst


@pytest.fixture
def by_dark(analyst: Visitor) -> Iterator[Visitor]:
    _wear(analyst, "dark")
    yield analyst
    # What lies over the page lies over the button, too.
    analyst.page.keyboard.press("Escape")
    expect(analyst.page.locator(".v-dialog.v-overlay--active")).to_have_count(0)
    _wear(analyst, "light")


@pytest.fixture
def on_phone(analyst: Visitor) -> Iterator[Visitor]:
    analyst.page.set_viewport_size(PHONE)
    yield analyst
    analyst.page.set_viewport_size(DESKTOP)


def _wear(visitor: Visitor, theme: str) -> None:
    button = visitor.button(f"Use the {theme} theme")
    if button.is_visible():
        button.click()
    expect(visitor.page.locator(f"html[data-theme={theme}]")).to_have_count(1)


def _keep_picture(visitor: Visitor, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    visitor.page.screenshot(path=PICTURES / f"{name}.png", full_page=True, animations="disabled")


def _is_readable(visitor: Visitor) -> None:
    assert visitor.page.evaluate(_FAINT) == {}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_light_can_be_read(by_light: Visitor, name: str) -> None:
    _keep_picture(at(by_light, name), f"{name}-light")
    _is_readable(by_light)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_dark_can_be_read(by_dark: Visitor, name: str) -> None:
    _keep_picture(at(by_dark, name), f"{name}-dark")
    _is_readable(by_dark)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_a_phone_does_not_scroll_sideways(on_phone: Visitor, name: str) -> None:
    page = at(on_phone, name).page
    _keep_picture(on_phone, f"{name}-phone")
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), page.evaluate(_TOO_WIDE)


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("conversions", ["Type", "Value"]),
        ("goals", ["Goal", "Completions"]),
        ("attribution", ["Campaign", "Value"]),
        ("batch-runs", ["Notebook", "Status"]),
        ("meta-campaigns", ["Campaign", "Spend"]),
        ("leads", ["Name", "Status", ""]),  # the last holds the buttons
        ("social-posts", ["Post", "Date"]),
    ],
)
def test_a_table_on_a_phone_keeps_the_two_columns_that_matter(on_phone: Visitor, name: str, titles: list[str]) -> None:
    page = at(on_phone, name).page
    assert [title.strip() for title in page.locator(".adp-table thead th").all_inner_texts()] == titles
    on_phone.rows.first.locator("td").nth(1).click()
    expect(page.locator(".adp-details").first).to_be_visible()


def test_on_a_phone_the_pages_are_in_a_drawer(on_phone: Visitor) -> None:
    page = at(on_phone, "goals").page
    link = page.locator(".adp-drawer").get_by_role("link", name="Conversions")
    expect(link).not_to_be_in_viewport()
    on_phone.button("Open the list of pages").click()
    expect(link).to_be_in_viewport()
    link.click()
    expect(on_phone.heading).to_have_text("Conversions")
    expect(link).not_to_be_in_viewport()


def test_the_theme_is_remembered_and_charts_wear_it_too(by_light: Visitor) -> None:
    label = ".adp-chart-place svg.marks .role-axis-label text"
    page = at(by_light, "attribution").page
    expect(page.locator(label).first).to_be_visible()
    before = page.locator(label).first.get_attribute("fill")
    by_light.button("Use the dark theme").click()
    expect(page.locator(f"{label}[fill='{before}']")).to_have_count(0)
    expect(page.locator(label).first).to_be_visible()
    by_light.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(by_light.button("Use the light theme")).to_be_visible()
    expect(page.locator(label).first).to_be_visible()
    assert page.locator(label).first.get_attribute("fill") != before
    by_light.button("Use the light theme").click()
    expect(page.locator(f"{label}[fill='{before}']").first).to_be_visible()
