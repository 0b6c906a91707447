"""Pictures of all pages of running dashboards, at the width of a laptop, for the documentation.

``DASHBOARDS_PASSWORD=… python -m scripts.picture_dashboards --url http://127.0.0.1:8088 --person admin docs/images``
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import sync_playwright

from dashboards.design.pages import PAGES
from dashboards.home import PYTHON

WIDTH, HEIGHT = 1366, 900
#: The folds that a page of documentation shows; the rest of a long page is more of the same.
MOST_PIXELS = 2600
#: A palette of 64 colours makes a quarter of the file and no visible difference.
SHRINK = (
    "import sys; from PIL import Image; picture = Image.open(sys.argv[1]).convert('RGB');"
    "picture.quantize(64, dither=Image.Dither.NONE).save(sys.argv[1], optimize=True)"
)


def main() -> int:
    """Open every page, wait until it is drawn, and write its picture."""
    parser = argparse.ArgumentParser(prog="python -m scripts.picture_dashboards", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:8088")
    parser.add_argument("--person", default="admin")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}).new_page()
        page.goto(f"{options.url}/login/")
        page.fill("input[name=username], #username", options.person)
        page.fill("input[name=password], #password", os.environ["DASHBOARDS_PASSWORD"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url, timeout=30_000)
        for wanted in PAGES:
            target = options.folder / f"dashboard-{wanted.slug}.png"
            take_picture(page, f"{options.url}/superset/dashboard/{wanted.slug}/", target)
            subprocess.run([str(PYTHON), "-c", SHRINK, str(target)], check=True)
            print(f"{target}: {target.stat().st_size // 1024} kB")
        browser.close()
    return 0


def take_picture(page: BrowserPage, address: str, target: Path) -> None:
    """One page with all of its charts drawn."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.goto(address)
    charts = page.locator(".dashboard-component-chart-holder")
    charts.first.wait_for(timeout=90_000)
    for number in range(charts.count()):
        charts.nth(number).scroll_into_view_if_needed()
        charts.nth(number).locator(".slice_container, .chart-container").first.wait_for(timeout=60_000)
    while page.locator('.loading, [data-test="loading-indicator"]').count():
        page.wait_for_timeout(200)
    box = page.locator(".grid-container").bounding_box()
    page.set_viewport_size({"width": WIDTH, "height": min(MOST_PIXELS, int(box["height"] if box else HEIGHT) + 250)})
    page.mouse.move(3, HEIGHT // 2)  # beside the charts: over one, its tooltip would be in the picture
    page.mouse.wheel(0, -100_000)
    page.mouse.move(0, 0)
    page.wait_for_timeout(2500)
    page.screenshot(path=str(target))


if __name__ == "__main__":
    sys.exit(main())
