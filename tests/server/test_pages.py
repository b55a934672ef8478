from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.responses import Response

from adplanning.core import errors
from adplanning.server import pages

BASE = (Path(pages.__file__).parent / "templates" / "base.html").read_text()
ALL = (
    pages.sign_in(name="admin", next_page="/app/ad-planning", wrong="The name or the password is not right."),
    pages.busy(7, as_page=True),
    pages.restarting(as_page=True),
    pages.not_found(as_page=True),
    pages.too_slow(as_page=True),
    pages.failed("0a1b2c3d", as_page=True),
    pages.refused(errors.Forbidden("not from here"), as_page=True),
    pages.refused(errors.StoreUnavailable("the database is busy"), as_page=True),
)


def text(page: Response) -> str:
    return bytes(page.body).decode()


def colours() -> list[dict[str, str]]:
    """The names and values of the light colours, and of the dark ones on top of them."""
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part)) for part in BASE.split("@media", 1))
    return [light, light | dark]


def contrast(first: str, second: str) -> float:
    """WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of the relative luminances."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_and_fields_can_be_told_from_their_ground(scheme: int) -> None:
    colour = colours()[scheme]
    for ink, ground in (
        ("text", "card"), ("quiet", "card"), ("link", "card"), ("on-accent", "accent"), ("wrong", "wrong-ground")
    ):  # fmt: skip
        assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
    for line in ("field", "accent", "link"):
        assert contrast(colour[line], colour["card"]) >= 3, line


@pytest.mark.parametrize("page", ALL)
def test_a_page_asks_nobody_else_for_anything_and_runs_nothing(page: Response) -> None:
    assert not re.search(r"(https?:)?//\w", text(page).replace("<!doctype html>", ""))
    assert "<script" not in text(page)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("page", ALL)
def test_a_page_has_a_language_a_title_one_heading_and_fits_a_phone(page: Response) -> None:
    assert '<html lang="en">' in text(page)
    assert re.search(r"<title>[^<]+ · adplanning</title>", text(page))
    assert text(page).count("<h1>") == 1
    assert "width=device-width" in text(page)
    for field in re.findall(r'<input id="(\w+)"', text(page)):
        assert f'<label for="{field}">' in text(page)


def test_what_comes_from_outside_is_shown_as_text() -> None:
    attack = '"><script>alert(1)</script>'
    shown = text(pages.sign_in(name=attack, next_page=attack, wrong=attack))
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") == 3


def test_a_script_gets_a_sentence_instead_of_a_page() -> None:
    answer = pages.restarting(as_page=False)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert text(answer) == "The dashboards are starting. This takes a few seconds."
    refused = pages.refused(errors.Unauthorized("sign in first"), as_page=False)
    assert (refused.status_code, text(refused)) == (401, "Sign in first.")
