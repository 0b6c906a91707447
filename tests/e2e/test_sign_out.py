"""Signing out in a real browser, which says the Origin of a form as the page's referrer policy lets it."""

from playwright.sync_api import sync_playwright

from tests.e2e.test_dagster_ui import CHROMIUM_FLAGS
from tests.security.ui_visitor import serve


def test_the_link_and_the_button_sign_out(chromium_path: str) -> None:
    with serve() as served, sync_playwright() as playwright:
        served.page = "<!doctype html><html><body><h1>costs</h1></body></html>"
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_FLAGS))
        page = browser.new_page()
        page.goto(f"{served.origin}/sign-in?token={served.tokens[-1]}")
        page.get_by_role("link", name="Sign out").click()
        page.get_by_role("button", name="Sign out").click()
        assert "You are signed out" in page.inner_text("body")
        assert page.context.cookies() == []
        page.goto(f"{served.origin}/runs")
        assert "You are not signed in" in page.inner_text("body")
        browser.close()
        assert [row.event for row in served.rows] == ["ui.signed_in", "ui.signed_out"]
