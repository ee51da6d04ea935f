from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from interlock.journal import Journal, open_journal
from interlock.testing import VirtualWorld


@pytest.fixture
def world() -> VirtualWorld:
    return VirtualWorld()


@pytest.fixture
async def journal(tmp_path: Path, world: VirtualWorld) -> AsyncIterator[Journal]:
    async with open_journal(tmp_path / "journal.db", world) as journal:
        yield journal
