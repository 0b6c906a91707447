"""The pages as people see them, in a real browser: each role opens each of its pages, every chart is drawn, figures are
the warehouse's, and no foreign host is asked. Pictures go to CLOUDCOST_ARTIFACTS."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from dashboards.asset_pages import charts_of
from dashboards.design.pages import PAGES
from dashboards.publish import publish_warehouse
from tests.conftest import IN_CI, find_program, leave_out
from tests.dashboards_site import PEOPLE, Site, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-quic",
)
#: What Superset shows in place of a chart that went wrong.
FAULTS = re.compile("unexpected error|error: |Data error|does not exist|Binder Error|Catalog Error|Traceback", re.I)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def chromium() -> str:
    path = find_program("chromium")
    if path is None:
        leave_out("requires chromium", "chromium is not installed", fail=IN_CI)
    assert path is not None
    return path


class SignedIn:
    """People, each signed in through the form once; every test has a tab of its own.

    A tab that hangs is a browser's on a busy machine, and must not be what the next attempt looks at.
    """

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser, self._site = browser, site
        self._contexts: dict[str, BrowserContext] = {}
        self._tabs: dict[str, Page] = {}

    def __getitem__(self, role: str) -> Page:
        """A new tab of who has a role; the tab before it is closed."""
        if role not in self._contexts:
            self._contexts[role] = self._sign_in({**PEOPLE, "admin": "admin"}[role])
        if role in self._tabs:
            self._tabs.pop(role).close()
        self._tabs[role] = self._contexts[role].new_page()
        return self._tabs[role]

    def _sign_in(self, person: str) -> BrowserContext:
        context = self._browser.new_context(viewport={"width": 1366, "height": 900})
        page = context.new_page()
        for _ in range(8):
            page.goto(f"{self._site.url}/login/")
            page.fill("input[name=username], #username", person)
            page.fill("input[name=password], #password", self._site.passwords[person])
            page.keyboard.press("Enter")
            try:
                page.wait_for_url(lambda url: "/login" not in url, timeout=20_000)
                break
            except Exception:
                time.sleep(10)  # the login limit of the tests before this one
        assert "/login" not in page.url, f"{person} cannot sign in"
        page.close()
        return context

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Site) -> Iterator[SignedIn]:
    people = SignedIn(browser, site)
    yield people
    people.close()


def open_page(page: Page, site: Site, slug: str) -> str:
    """Open a dashboard, scroll through it until every chart is drawn, and give its text."""
    answer = page.goto(f"{site.url}/superset/dashboard/{slug}/")
    try:
        page.wait_for_selector(".grid-container", timeout=90_000)
    except PlaywrightTimeoutError:
        status = answer.status if answer else "nothing"
        raise AssertionError(f"{page.url} answered {status} and shows: {page.inner_text('body')[:2000]!r}") from None
    charts = page.locator(".dashboard-component-chart-holder")
    charts.first.wait_for(timeout=60_000)
    for number in range(charts.count()):
        charts.nth(number).scroll_into_view_if_needed()
        charts.nth(number).locator(".slice_container, .chart-container").first.wait_for(timeout=60_000)
    # the content security policy lets no test evaluate code in the page
    deadline, calm = time.monotonic() + 90, 0
    while calm < 3:  # between the filters' answers and the first question of a chart nothing is loading
        calm = 0 if page.locator('.loading, [data-test="loading-indicator"]').count() else calm + 1
        assert time.monotonic() < deadline, "a chart is still loading"
        page.wait_for_timeout(200)
    charts.first.scroll_into_view_if_needed()
    return page.inner_text(".grid-container")


def take_picture(page: Page, name: str) -> None:
    folder = os.environ.get("CLOUDCOST_ARTIFACTS")
    if folder:
        box = page.locator(".grid-container").bounding_box()
        page.set_viewport_size({"width": 1366, "height": int(box["height"] if box else 1500) + 250})
        page.wait_for_timeout(1500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
        page.set_viewport_size({"width": 1366, "height": 900})


#: Every page as every role; as the first of its roles always, as the others with the slow tests.
VIEWS = [
    pytest.param(role, page.slug, id=f"{role}-{page.slug}", marks=() if role == page.roles[0] else pytest.mark.slow)
    for page in PAGES
    for role in (*page.roles, "admin")
]


@pytest.mark.parametrize(("role", "slug"), VIEWS)
def test_a_page_is_drawn_without_error_and_without_foreign_hosts(
    role: str, slug: str, site: Site, signed_in: SignedIn
) -> None:
    page = signed_in[role]
    answered: set[str] = set()
    failed: list[str] = []
    page.on("response", lambda r: answered.add(urlsplit(r.url).netloc))
    page.on("response", lambda r: failed.append(r.url) if r.status >= 400 and "/chart/data" in r.url else None)
    text = open_page(page, site, slug)
    take_picture(page, f"dashboard-{slug}-{role}")
    assert not FAULTS.search(text), text
    assert not failed
    wanted = next(p for p in PAGES if p.slug == slug)
    for chart in charts_of(wanted):
        assert chart.title in text, f"{chart.title} is not on the page"
    assert answered - {""} == {f"127.0.0.1:{site.port}"}


@pytest.mark.parametrize("slug", [p.slug for p in PAGES if "team" not in p.roles])
def test_a_page_is_closed_to_whom_it_is_not_for(slug: str, site: Site, signed_in: SignedIn) -> None:
    answer = signed_in["team"].goto(f"{site.url}/superset/dashboard/{slug}/")
    assert answer is not None and answer.status in (403, 404)


@pytest.mark.parametrize("role", ["viewer", "finance"])
def test_the_overview_shows_the_warehouses_figures(role: str, site: Site, signed_in: SignedIn) -> None:
    """What the page says in words is what a query on the published warehouse gives, to the last shown digit."""
    sql = "select sum(billed_cost), sum(effective_cost) from marts.fct_cost_daily where billing_currency = 'USD'"
    page = signed_in[role]
    open_page(page, site, "overview")
    converted = "select sum(reporting_billed_cost), sum(reporting_effective_cost) from marts.fct_cost_reporting_daily"
    for amount in (*site.query(sql)[0], *site.query(converted)[0]):
        page.locator(".grid-container").get_by_text(f"{amount:,.0f}").first.wait_for(timeout=60_000)


def test_a_new_publication_is_seen_at_once_and_is_answered_before_anybody_asks(
    site: Site, visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    """The same question before and after: what is remembered of the figures before does not answer."""
    finance = visitors["finance"]
    body = {"datasource": {"id": datasets["fct_cost_daily"], "type": "table"}, "force": False, "result_format": "json",
            "result_type": "full", "queries": [{"columns": [], "metrics": ["number_of_rows"]}]}  # fmt: skip

    def ask() -> tuple[int, bool]:
        answer = finance.post("/api/v1/chart/data", body)
        return answer.json()["result"][0]["data"][0]["number_of_rows"], "X-Cloudcost-Remembered" in answer.headers

    before, _ = ask()
    assert ask() == (before, True)
    warehouse = site.root / "home" / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("insert into intermediate.int_costs__daily select * from marts.fct_cost_daily limit 1")
    publish_warehouse(warehouse, lambda: duckdb.connect(str(warehouse)), site.serving)
    assert ask() == (before + 1, True)
