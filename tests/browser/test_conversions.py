from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from adplanning.store.session import reading
from adplanning.store.tables.events import Conversion
from tests.browser.shop import HOSTILE
from tests.browser.site import Site
from tests.browser.visitor import Visitor

LIST = "/app/ad-planning/conversions"
DIALOG = ".v-dialog.v-overlay--active"


def query_of(visitor: Visitor) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visitor.page.url).query)


def amounts(texts: list[str]) -> list[float]:
    """Amounts in rupees as numbers; one that is unknown or in another currency is left out."""
    plain = [text.replace("₹", "").replace(",", "") for text in texts if "₹" in text]
    return [float(text) for text in plain]


def form(visitor: Visitor) -> Page:
    """Open the form of a new conversion."""
    visitor.go(LIST)
    visitor.button("Add conversion").click()
    expect(visitor.page.locator(DIALOG)).to_be_visible()
    return visitor.page


def add(visitor: Visitor, **values: str) -> None:
    """Fill in a purchase and send it."""
    page = form(visitor)
    visitor.choose(page.locator('[data-key="conversion_type"] .v-field'), "Purchase")
    for key, value in values.items():
        visitor.field(key).fill(value)
    page.locator(DIALOG).get_by_role("button", name="Add conversion").click()


def test_the_first_view_shows_rows_and_headline_numbers(analyst: Visitor) -> None:
    analyst.go(LIST)
    expect(analyst.heading).to_have_text("Conversions")
    expect(analyst.rows).to_have_count(25)
    expect(analyst.page.locator(".adp-kpi-value")).to_have_count(4)
    labels = analyst.page.locator(".adp-kpi-label").all_inner_texts()
    assert [label.splitlines()[0].strip(" .") for label in labels] == [
        "Conversions", "Total value", "Purchases", "Conversion rate",
    ]  # fmt: skip
    for value in analyst.page.locator(".adp-kpi-value").all_inner_texts():
        assert value.strip() not in ("", "–")


def test_a_filter_is_in_the_address_outlives_a_reload_and_is_cleared(analyst: Visitor) -> None:
    analyst.go(LIST)
    analyst.choose(analyst.filter("Type"), "Add to cart")
    expect(analyst.page).to_have_url(re.compile(r"conversion_type=add_to_cart"))
    expect(analyst.rows.locator("td:first-child", has_text="Purchase")).to_have_count(0)
    shown = analyst.column("Type")
    assert shown
    assert set(shown) == {"Add to cart"}

    analyst.reload()
    assert query_of(analyst) == {"conversion_type": ["add_to_cart"]}
    assert analyst.column("Type") == shown

    analyst.button("Clear").click()
    expect(analyst.page).to_have_url(re.compile(r"/conversions$"))
    expect(analyst.button("Clear")).to_be_hidden()
    expect(analyst.rows.locator("td:first-child", has_text="Purchase").first).to_be_visible()


def test_the_table_is_sorted_by_value_either_way(analyst: Visitor) -> None:
    analyst.go(f"{LIST}?conversion_type=purchase")
    heading = analyst.page.locator(".adp-table thead th", has_text="Value")
    heading.click()
    expect(analyst.page).to_have_url(re.compile(r"sort=value"))
    first = amounts(analyst.column("Value"))
    heading.click()
    expect(analyst.page).to_have_url(re.compile(r"descending=true|conversions\?conversion_type=purchase&sort=value$"))
    expect(analyst.page.locator(".v-data-table-progress .v-progress-linear--active")).to_have_count(0)
    second = amounts(analyst.column("Value"))
    orders = {tuple(sorted(values)) == tuple(values) for values in (first, second)}
    assert len(first) > 5
    assert len(second) > 5
    assert orders == {True, False}
    assert sorted(second, reverse=True) == second or sorted(first, reverse=True) == first


def test_the_next_page_holds_other_rows_and_one_comes_back(analyst: Visitor) -> None:
    analyst.go(LIST)
    first = analyst.links
    analyst.button("Next page").click()
    expect(analyst.page).to_have_url(re.compile(r"page=2"))
    expect(analyst.page.locator(f".adp-table a[href='{first[0]}']")).to_have_count(0)
    second = analyst.links
    assert not set(first) & set(second)
    analyst.button("Previous page").click()
    expect(analyst.page.locator(f".adp-table a[href='{first[0]}']")).to_have_count(1)
    expect(analyst.page).to_have_url(re.compile(r"/conversions$"))


def test_a_search_narrows_the_list_and_one_without_a_match_says_so(analyst: Visitor) -> None:
    analyst.go(LIST)
    search = analyst.page.locator(".adp-search input")
    search.fill("v-refund")
    expect(analyst.rows).to_have_count(1)
    assert analyst.column("Value") == ["-₹250.50"]
    search.fill("nobody is called like this")
    expect(analyst.page.get_by_text("Nothing matches these filters.")).to_be_visible()
    analyst.button("Clear the filters").click()
    expect(analyst.rows).to_have_count(25)


def test_what_is_wrong_with_a_conversion_stands_beside_the_field(analyst: Visitor) -> None:
    page = form(analyst)
    analyst.field("conversion_value").fill("12")
    page.locator(DIALOG).get_by_role("button", name="Add conversion").click()
    expect(analyst.fault_of("visitor_id")).to_have_text("Fill this in.")
    expect(analyst.fault_of("conversion_type")).to_have_text("Fill this in.")
    expect(page.locator('[data-key="conversion_type"] input, [data-key="visitor_id"] input').first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_be_hidden()


def test_a_conversion_is_added_once_and_the_same_order_is_refused_in_a_sentence(analyst: Visitor, site: Site) -> None:
    add(analyst, visitor_id="v-by-form", conversion_value="1234.5", order_id="order-by-form")
    analyst.is_told("Purchase added.")
    expect(analyst.page.locator(DIALOG)).to_be_hidden()
    assert analyst.column("Value")[0] == "₹1,234.50"

    add(analyst, visitor_id="v-other", conversion_value="1", order_id="order-by-form")
    expect(analyst.page.get_by_text(re.compile("'order-by-form' is conversion conv_.* already")).first).to_be_visible()
    with reading(site.engine) as session:
        same = select(func.count()).where(Conversion.order_id == "order-by-form")
        assert session.scalar(same) == 1

    analyst.field("order_id").fill("another-order")
    analyst.page.locator(DIALOG).get_by_role("button", name="Add conversion").click()
    expect(analyst.page.locator(DIALOG)).to_be_hidden()
    expect(analyst.rows.first.locator("td").nth(1)).to_have_text("₹1.00")


def test_a_record_is_opened_changed_and_deleted(analyst: Visitor, site: Site) -> None:
    made = site.post(
        "/admin/ad-planning/conversions",
        visitor_id="v-to-change", conversion_type="purchase", conversion_value=77.5, utm_source="google",
    )["conversion"]["id"]  # fmt: skip
    page = analyst.go(f"{LIST}?search=v-to-change").page
    expect(analyst.rows).to_have_count(1)
    analyst.rows.locator("td", has_text="₹77.50").click()
    expect(page.locator("dd", has_text="₹77.50")).to_be_visible()
    assert analyst.path == f"{LIST}/{made}"

    analyst.button("Edit").click()
    expect(page.locator(DIALOG)).to_be_visible()
    expect(analyst.field("conversion_value")).to_have_value("77.5")
    analyst.field("conversion_value").fill("80")
    analyst.field("conversion_name").fill("Corrected by hand")
    analyst.button("Save changes").click()
    analyst.is_told("Changes saved.")
    expect(page.locator("dd", has_text="₹80.00")).to_be_visible()
    expect(page.locator("dd", has_text="Corrected by hand")).to_be_visible()

    analyst.button("Delete").click()
    question = page.get_by_role("alertdialog").filter(has_text="Delete this purchase?")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_be_hidden()
    with reading(site.engine) as session:
        assert session.get(Conversion, made) is not None
    analyst.button("Delete").click()
    question.get_by_role("button", name="Delete").click()
    analyst.is_told(re.compile("urchase .*deleted"))
    assert analyst.path == LIST
    with reading(site.engine) as session:
        assert session.get(Conversion, made) is None


def test_the_csv_holds_all_matching_rows_and_nothing_that_a_spreadsheet_would_run(
    analyst: Visitor, site: Site, tmp_path: Path
) -> None:
    analyst.go(LIST)
    expect(analyst.rows).to_have_count(25)
    with analyst.page.expect_download() as download:
        analyst.button("Download all matching rows as CSV").click()
    kept = tmp_path / "conversions.csv"
    download.value.save_as(kept)
    assert download.value.suggested_filename == "conversions.csv"
    with kept.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with reading(site.engine) as session:
        total = session.scalar(select(func.count()).select_from(Conversion).where(Conversion.is_bot.is_(False)))
    assert len(rows) == total
    assert len({row["id"] for row in rows}) == total
    by_id = {row["id"]: row for row in rows}
    for n, words in enumerate(HOSTILE):
        expected = f"'{words}" if words[0] in "=@" else words
        assert by_id[f"conv_hostile{n}"]["campaign"] == expected
    assert by_id["conv_refund"]["value"] == "-250.5"
    assert by_id["conv_iceland"]["value"] == "123456.0"
    assert by_id["conv_bare"]["value"] == ""
