"""The documents say what is there."""

import re

from portal.settings import Settings
from tests.house.sources import ROOT

README = (ROOT / "README.md").read_text()
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))


def test_the_readme_lists_every_setting_and_nothing_else():
    shown = re.findall(r"^\| `PORTAL_([A-Z_]+)`", README, re.MULTILINE)

    assert sorted(shown) == sorted(name.upper() for name in Settings.model_fields)


def test_the_readme_is_short_enough_to_be_read():
    assert len(README.splitlines()) <= 150


def test_every_decision_is_short_and_numbered_without_gaps():
    assert [path.name[:4] for path in DECISIONS] == [f"{n + 1:04}" for n in range(len(DECISIONS))]
    assert [path.name for path in DECISIONS if len(path.read_text().splitlines()) > 40] == []


def test_the_readme_names_every_decision_by_its_title():
    titles = [path.read_text().splitlines()[0].removeprefix("# ") for path in DECISIONS]

    assert [title for title in titles if f"[{title}]" not in README] == []


def test_every_file_that_the_documents_link_to_exists():
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    links = {
        (path, target)
        for path in documents
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())
    }

    assert [target for path, target in links if not (path.parent / target).exists()] == []
