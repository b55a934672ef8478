"""Takes the pictures of the README from a store that `adplanning demo` has filled.

python -m tests.browser.readme_pictures HOME
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import ViewportSize, expect, sync_playwright

from adplanning.core.vocabulary import Role
from tests.browser.conftest import CHANGE_MS, OPTIONS, opened
from tests.browser.site import served

FOLDER = Path(__file__).parents[2] / "dashboards" / "pictures"
PAGES = {
    "metrics": "/app/ad-planning/metrics",
    "attribution-report": "/app/ad-planning/attribution-report",
    "budget": "/app/ad-planning/forecasts?view=budget",
}
SETTLED_MS = 10_000
SIZE: ViewportSize = {"width": 1366, "height": 1000}


def main(home: Path) -> None:
    """Open each page, wait until all of it is there, and take what the window shows."""
    FOLDER.mkdir(exist_ok=True)
    with served(home, lambda *_: None) as site, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(OPTIONS))
        with opened(browser, site, Role.viewer) as (_, visitor):
            visitor.page.set_viewport_size(SIZE)
            visitor.page.set_default_timeout(4 * CHANGE_MS)
            expect.set_options(timeout=4 * CHANGE_MS)
            visitor.load("/app/ad-planning")
            for name, address in PAGES.items():
                visitor.go(address)
                waiting = visitor.page.locator(".v-skeleton-loader:visible, [aria-busy=true]:visible")
                expect(waiting).to_have_count(0)
                if name == "budget":
                    visitor.button("Best split").click()
                # What is drawn last tells nobody that it is there.
                visitor.page.wait_for_timeout(SETTLED_MS)
                visitor.page.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=70, animations="disabled")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
