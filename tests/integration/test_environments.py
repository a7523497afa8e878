"""Setting up says in one sentence what is missing, and costs nothing when nothing changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local import environments


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose locks are empty."""
    (tmp_path / "requirements").mkdir()
    for lock in environments.ENVIRONMENTS.values():
        (tmp_path / lock).write_text("")
    return tmp_path


def pretend_made(project: Path) -> Path:
    """Environments as an earlier run left them; answers where `.venv` keeps its packages."""
    for name, lock in environments.ENVIRONMENTS.items():
        (project / name / "bin").mkdir(parents=True)
        (project / name / "lock.sha256").write_text(environments.stamp_of(project / lock))
    site = project / ".venv/lib/python3.13/site-packages"
    site.mkdir(parents=True)
    return site


def test_environments_whose_stamps_match_their_locks_are_left_alone(project: Path) -> None:
    site = pretend_made(project)
    assert environments.main(project) == 0
    assert not (project / ".venv/pyvenv.cfg").exists()
    assert (site / "quen-project.pth").read_text().splitlines() == [
        str(project / root) for root in ("infra", "layers/quen", "functions")
    ]


def test_an_environment_of_one_verb_is_made_when_it_is_named_and_not_before(project: Path) -> None:
    site = pretend_made(project)
    assert environments.main(project, [".venv-audit"]) == 0
    assert not (site / "quen-project.pth").exists(), "the other environments were none of its business"
    (project / ".venv-audit/lock.sha256").write_text("of another lock")
    assert environments.main(project) == 0
    assert not (project / ".venv-audit/pyvenv.cfg").exists()


def test_the_command_runs_from_a_path_with_blanks(tmp_path: Path) -> None:
    project = tmp_path / "my shop"
    site = project / ".venv/lib/python3.13/site-packages"
    site.mkdir(parents=True)
    (project / ".venv/bin").mkdir()
    python = project / ".venv/bin/python"
    python.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    python.chmod(0o755)
    environments.add_project(project / ".venv", project)
    typed = [".venv/bin/quen", "program", "validate", "my program.yaml"]
    said = subprocess.run(typed, cwd=project, capture_output=True, text=True, check=True).stdout
    assert said == "|".join(typed) + "|"
    compile((project / ".venv/bin/quen").read_text(), "quen", "exec")


@pytest.mark.parametrize("made_in", ["here", "elsewhere"])
def test_an_environment_that_was_moved_is_made_anew(project: Path, made_in: str) -> None:
    folder = project / ".venv"
    place = folder if made_in == "here" else project.parent / "before/.venv"
    folder.mkdir()
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\ncommand = /usr/bin/python3 -m venv --clear {place}\n")
    assert environments.was_moved(folder) is (made_in == "elsewhere")


def test_a_linked_environment_is_where_it_was_made(project: Path, tmp_path: Path) -> None:
    folder = project / ".venv"
    folder.mkdir()
    (folder / "pyvenv.cfg").write_text(f"command = /usr/bin/python3 -m venv {folder}\n")
    link = tmp_path / "other"
    link.symlink_to(folder)
    assert not environments.was_moved(link)


def test_a_python_without_venv_is_told_what_to_install(project: Path) -> None:
    (project / ".venv").write_text("in the way")  # what venv says here does not matter, that it fails does
    with pytest.raises(environments.SetupError, match="Python's venv module does not work here; install it"):
        environments.create(project / ".venv")


def test_a_broken_download_is_one_sentence_with_pips_reason(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = "no-such-package @ file:///nowhere.whl --hash=sha256:00\n"
    (project / "requirements/development.txt").write_text(lock)
    assert environments.main(project) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith(
        "quen: the packages of .venv could not be installed; check the network or pip's own settings"
    )
    assert not (project / ".venv/lock.sha256").exists()


def test_setting_up_needs_the_standard_library_only() -> None:
    command = [sys.executable, "-I", "-S", "-c", "import runpy; runpy.run_path(__import__('sys').argv[1])"]
    subprocess.run([*command, environments.__file__], check=True, capture_output=True, timeout=30)
