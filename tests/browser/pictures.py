"""Pictures of every screen for a person to look at: ``python -m tests.browser.pictures FOLDER``.

Three widths, both themes and paper; a stack of its own is started for it and stopped.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests import stacks
from tests.browser.chromium import chromium
from tests.browser.screens import SCREENS, Stage

WIDTHS = {"desk": 1366, "tablet": 768, "phone": 360}


def take(page: Page, name: str, folder: Path) -> None:
    """Save the screen at each width in both themes, and as it is printed."""
    for place, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 768})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=folder / f"{name} {place} {theme}.png", full_page=True)
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size({"width": 700, "height": 990})
    page.screenshot(path=folder / f"{name} print.png", full_page=True)
    page.emulate_media(media="screen")


def main(folder: Path, wanted: str) -> None:
    """Start a stack, set the stage, and take the screens whose name has the wanted words."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, chromium() as browser:
        stack = stacks.start(Path(data) / "var", PORTAL_SWEEP_SECONDS="1")
        try:
            stage = Stage(browser, stack).sets()
            for screen in [screen for screen in SCREENS if wanted in screen.name]:
                take(stage.shows(screen), screen.name.replace(" ", "-"), folder)
        finally:
            stack.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), " ".join(sys.argv[2:]))
