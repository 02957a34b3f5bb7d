"""What every test may ask for."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# Found examples live in the tests that they led to, not in a folder beside them; slow machines are no failure.
settings.register_profile("kollega", database=None, deadline=None, derandomize="CI" in os.environ)
settings.load_profile("kollega")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser; a test without one is skipped and says so."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.skip(f"no browser on the path (looked for {', '.join(BROWSERS)})")


@pytest.fixture
def screenshot_folder(tmp_path: Path) -> Path:
    """Where pictures go: `make screenshots` keeps them in build/."""
    folder = Path(os.environ.get("KOLLEGA_SCREENSHOTS") or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
