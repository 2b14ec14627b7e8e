"""A file that is uploaded on the page, and what the page asks for then."""

import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

TUS: Final = re.compile(r"/tus$")
UPLOADS: Final = re.compile(r"/v1/uploads$")


def upload(page: Page, file: Path) -> None:
    page.set_input_files("input[type=file]", file)
    page.get_by_label("Who finds it").select_option("private")
    page.get_by_role("button", name="Upload").click()
