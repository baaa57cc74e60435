"""A command without the stack's own folder says so in one line and makes nothing (C3, I-46)."""

import os
import subprocess

import pytest

from tests.stacks import ROOT, clean

COMMANDS = (("ledger", "verify"), ("audit", "verify"), ("users", "yandex-code", "a@b.test"))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_folder_without_a_database_is_named_and_stays_as_it_was(tmp_path, words):
    nowhere = tmp_path / "nowhere"
    done = subprocess.run(
        [str(ROOT / "bin" / "flask"), *words],
        cwd=tmp_path,
        env={**clean(os.environ), "PORTAL_DATA_DIR": str(nowhere)},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert done.stderr == (
        f"В папке {nowhere} нет базы портала: ничего не сделано. "
        "Задайте PORTAL_DATA_DIR того стека, который запущен.\n"
    )
