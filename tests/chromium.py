"""Where the Chromium of tests and pictures is."""

import os
import shutil

# Debian's headless shell shows the same pages with half the work of the whole browser.
NAMES = ("chromium-headless-shell", "chromium", "google-chrome")


def path() -> str:
    """CHROMIUM, or the first that is installed. Raises AssertionError when there is none."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"These tests need Chromium: apt-get install {NAMES[0]}, or set CHROMIUM to its path."
    return found
