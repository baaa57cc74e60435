"""Every setting is explained where a person looks for it."""

import re
from pathlib import Path

import pytest

from portal.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = (ROOT / ".env.example").read_text()
SETTING = re.compile(r"^#?(PORTAL_[A-Z_]+?)(?:__[A-Z_]+)*=(.*)$", re.MULTILINE)


def test_every_setting_is_in_the_example_and_nothing_else():
    shown = {name for name, _ in SETTING.findall(EXAMPLE)}

    assert shown == {f"PORTAL_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", ["port", "host", "session_hours", "link_ttl_minutes"])
def test_the_example_shows_the_default(name):
    shown = dict(SETTING.findall(EXAMPLE))[f"PORTAL_{name.upper()}"]

    assert shown == str(Settings.model_fields[name].default)


def test_every_setting_has_a_comment_above_it():
    blocks = EXAMPLE.split("\n# ")[1:]

    assert [block for block in blocks if "=" in block and not block.split("\n")[0].strip()] == []
    assert EXAMPLE.startswith("# ")
