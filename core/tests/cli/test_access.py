"""``interlock token new`` shows a token once, and the entry that lets it in."""

import json

from click.testing import CliRunner

from interlock.api.auth import Tokens, hashed
from interlock.cli.main import main
from interlock.config import ApiConfig
from interlock.runtime import Caller


def test_the_entry_is_valid_and_lets_the_token_in() -> None:
    words = ["token", "new", "ci", "--role", "operator", "--json"]
    made = json.loads(CliRunner().invoke(main, words).stdout)
    token = made.pop("token")

    (entry,) = ApiConfig(tokens=(made,)).tokens
    assert (entry.name, entry.role, entry.sha256) == ("ci", "operator", hashed(token))
    tokens = Tokens({entry.sha256: Caller(entry.name)})
    assert tokens.find(token) == Caller("ci")
    assert tokens.find(token[:-1]) is None
    assert len(token) > 40


def test_the_token_goes_to_standard_output_alone() -> None:
    done = CliRunner().invoke(main, ["token", "new", "ci"])

    assert done.stdout.count("\n") == 1
    assert done.stdout.strip() not in done.stderr
    assert hashed(done.stdout.strip()) in done.stderr
