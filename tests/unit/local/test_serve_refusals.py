"""What `quen serve` says when it cannot: one sentence, exit status 1; wrong usage is 2."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from local.command import main
from local.emulator import HOST


def test_a_taken_port_is_named_and_another_one_offered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port), "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith(f"quen: port {port} is taken by another program; stop it or choose another: --port ")


@pytest.mark.parametrize("port", ["0", "65535", "-1", "http", ""])
def test_a_port_that_is_none_is_wrong_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["serve", "--port", port])
    assert stopped.value.code == 2


def test_fresh_removes_only_what_a_start_made(tmp_path: Path) -> None:
    (tmp_path / "seed.json").write_text("{}")
    (tmp_path / "mine.txt").write_text("kept")
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        main(["serve", "--port", str(taken.getsockname()[1]), "--data", str(tmp_path), "--fresh"])
    assert not (tmp_path / "seed.json").exists()
    assert (tmp_path / "mine.txt").read_text() == "kept"
