"""What `quen serve` says when it cannot: one sentence, exit status 1; wrong usage is 2."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from local.command import main
from local.emulator import HOST, free_port
from local.errors import LocalError
from local.identity_provider import IdentityProvider
from local.seed import Seed
from local.stack import DEFAULT_PORT, port_of


def test_a_taken_port_is_named_and_another_one_offered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port), "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith(f"quen: port {port} is taken by another program; stop it or choose another")


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


def test_data_stays_on_the_port_where_it_was_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "local.json").write_text('{"aws_endpoint": "http://127.0.0.1:4999"}')
    assert main(["serve", "--port", "5999", "--data", str(tmp_path)]) == 1
    assert "was made on port 4999; use that port" in capsys.readouterr().err
    assert port_of(tmp_path, None, fresh=False) == port_of(tmp_path, 4999, fresh=False) == 4999
    assert port_of(tmp_path, 5999, fresh=True) == 5999
    assert port_of(tmp_path / "nothing", None, fresh=False) == DEFAULT_PORT


def test_a_file_is_no_data_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["serve", "--data", str(tmp_path / "file")]) == 1
    assert "cannot be the data directory" in capsys.readouterr().err


@pytest.mark.parametrize("left", ["{bad", "[]", "null", "\x00"])
def test_a_damaged_record_of_the_address_is_written_anew(tmp_path: Path, left: str) -> None:
    (tmp_path / "local.json").write_text(left)
    assert port_of(tmp_path, None, fresh=False) == DEFAULT_PORT


@pytest.mark.parametrize("left", ["{bad", "[]", "{}", '{"kty": "RSA", "n": "!", "e": "AQAB"}'])
def test_a_damaged_key_or_address_of_the_identity_provider_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], left: str
) -> None:
    for name in ("address.json", "key.json"):
        file = tmp_path / "identity" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(left)
        assert main(["token", "staff", "--data", str(tmp_path)]) == 1
        assert capsys.readouterr().err.startswith(f"quen: {file} is damaged; put it back from a copy, or begin anew")
        file.unlink()


def test_a_damaged_memory_of_the_demo_is_named(tmp_path: Path) -> None:
    (tmp_path / "identity").mkdir()
    provider = IdentityProvider(tmp_path)
    (tmp_path / "identity/address.json").write_text('{"issuer": "http://127.0.0.1:1"}')
    (tmp_path / "seed.json").write_text('{"members": [')
    with pytest.raises(LocalError, match=r"seed\.json is damaged"):
        _ = Seed(tmp_path, {}, provider).is_planted


def test_a_data_directory_that_is_a_file_has_no_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["clock", "show", "--data", str(tmp_path / "file")]) == 1
    assert "no stack was started on" in capsys.readouterr().err


def test_a_demo_that_gets_no_answer_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "identity").mkdir()
    (tmp_path / "identity/address.json").write_text('{"issuer": "http://127.0.0.1:1"}')
    seed = Seed(tmp_path, {"admin": f"http://{HOST}:{free_port()}"}, IdentityProvider(tmp_path))
    with pytest.raises(
        LocalError, match=r"GET /v1/program got no answer .*Start it again: what is there already stays"
    ):
        seed.plant()
