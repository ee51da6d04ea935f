"""A plugin whose effects can be counted from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

LEDGER = '''
"""Writes a line for each effect, so that a test can count them."""
import asyncio
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from interlock.sdk import (
    Event, Rejected, Retryable, Service, Settings, WebhookRequest, current_call, hookimpl, tool,
    webhook,
)


class LedgerSettings(Settings):
    file: Path
    secret: SecretStr = SecretStr("none")


class Ledger(Service[LedgerSettings]):
    def _write(self, entry: str) -> dict[str, Any]:
        with self.settings.file.open("a") as file:
            file.write(f"{entry} {current_call().idempotency_key}\\n")
        return {"entry": entry}

    @tool(effect="write", idempotent=True)
    async def put(self, entry: str, seconds: float = 0.0) -> dict[str, Any]:
        """Write an entry after a while."""
        await asyncio.sleep(seconds)
        return self._write(entry)

    @tool(effect="write")
    async def once(self, entry: str) -> dict[str, Any]:
        """Write an entry; twice would be two."""
        return self._write(entry)

    @tool(effect="write", idempotent=True)
    async def crash(self) -> None:
        """Take the whole process along, as what uses up the memory does."""
        self._write("crash")
        os._exit(9)

    @tool(effect="read")
    async def lines(self) -> int:
        """How many entries there are."""
        file = self.settings.file
        return len(file.read_text().splitlines()) if file.exists() else 0

    @tool(effect="write", idempotent=True)
    async def refuse(self, reason: str = "no") -> None:
        """Never succeeds."""
        raise Rejected(reason)

    @webhook("orders")
    async def orders(self, request: WebhookRequest) -> list[Event]:
        secret = self.settings.secret.get_secret_value().encode()
        expected = hmac.new(secret, request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.headers.get("x-signature", ""), expected):
            raise Rejected("the signature does not fit")
        order = json.loads(request.body)
        return [Event("ledger.ordered", order, id=f"order-{order['number']}")]


@hookimpl
def interlock_services() -> dict[str, type[Service[Any]]]:
    return {"ledger": Ledger}
'''


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the plugin ``ledger`` for child processes; the file it writes to."""
    site = tmp_path / "site"
    info = site / "interlock_ledger-0.1.dist-info"
    info.mkdir(parents=True)
    (site / "interlock_ledger.py").write_text(LEDGER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: interlock-ledger\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[interlock.plugins]\nledger = interlock_ledger\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    return tmp_path / "ledger.txt"
