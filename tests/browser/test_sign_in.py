from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewVisitor
from tests.browser.site import PASSWORD

WANTED = "/app/ad-planning/goals?is_active=true"


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_told_and_the_name_is_kept(fresh: NewVisitor) -> None:
    visitor = fresh(None)
    page = visitor.page
    page.goto(visitor.site.origin + WANTED)
    assert visitor.path.startswith("/sign-in?next=")
    expect(page.get_by_label("Password")).to_be_focused()
    visitor.expects_status(401)
    sign_in(page, "not the password")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is not right. Please try again.")
    expect(page.get_by_label("Name")).to_have_value("admin")
    expect(page.get_by_label("Password")).to_have_value("")


def test_one_signs_in_where_one_wanted_to_go_and_nothing_is_left_after_signing_out(fresh: NewVisitor) -> None:
    visitor = fresh(None)
    page = visitor.page
    page.goto(visitor.site.origin + WANTED)
    sign_in(page, PASSWORD)
    visitor.wait()
    assert visitor.path == WANTED
    expect(visitor.rows.first).to_be_visible()

    visitor.expects_end_of_kernel()
    visitor.button("Account").click()
    expect(page.get_by_text("Signed in as admin")).to_be_visible()
    page.get_by_text("Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert visitor.path.startswith("/sign-in")

    # What was shown is kept nowhere: going back asks the server, which asks to sign in.
    page.go_back()
    expect(page.get_by_label("Password")).to_be_visible()
    expect(page).to_have_title(re.compile("Sign in"))
    expect(page.locator(".adp-table")).to_have_count(0)


def test_a_page_that_is_not_ours_is_not_gone_to_after_signing_in(fresh: NewVisitor) -> None:
    visitor = fresh(None)
    visitor.page.goto(f"{visitor.site.origin}/sign-in?next=//evil.example/app")
    assert visitor.page.locator("input[name=next]").input_value() == "/app/ad-planning"
