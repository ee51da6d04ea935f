"""One daemon for each state directory, and secrets that only its owner can read."""

import stat
from pathlib import Path

import orjson
import pytest

from interlock.daemon.state import StateDirectory
from interlock.sdk import Conflict


def test_a_second_daemon_is_refused_until_the_first_has_gone(tmp_path: Path) -> None:
    with (
        StateDirectory.locked(tmp_path / "state"),
        pytest.raises(Conflict, match="another daemon"),
        StateDirectory.locked(tmp_path / "state"),
    ):
        pass

    with StateDirectory.locked(tmp_path / "state") as state:
        assert state.path.is_dir()


def test_the_token_is_kept_and_private(tmp_path: Path) -> None:
    with StateDirectory.locked(tmp_path / "state") as state:
        token = state.token()

        assert len(token) >= 32
        assert state.token() == token
        assert stat.S_IMODE((state.path / "token").stat().st_mode) == 0o600
        assert stat.S_IMODE(state.path.stat().st_mode) == 0o700


def test_the_address_is_there_only_while_the_daemon_listens(tmp_path: Path) -> None:
    with StateDirectory.locked(tmp_path / "state") as state:
        with state.announced("http://127.0.0.1:1"):
            announced = orjson.loads((state.path / "daemon.json").read_bytes())

        assert announced["url"] == "http://127.0.0.1:1"
        assert not (state.path / "daemon.json").exists()
