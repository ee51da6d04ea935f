"""Deleting the large values that nothing in Restate refers to any more.

What refers to a value is in the state of our objects: the record of a run and of its steps, what
is under way to it, and events. All of that goes once Restate has forgotten the run.
"""

from __future__ import annotations

import logging
import re

from interlock.restate.blobs import SharedBlobs
from interlock.restate.client import RestateClient
from interlock.restate.wire import Names
from interlock.sdk.errors import InterlockError
from interlock.sdk.world import World

_PAUSE = 3600.0
_REFERENCE = re.compile(r'"blob":"([0-9a-f]+)"')
# Between a value and what refers to it lies a moment; a day, should there be no daemon to go on.
GRACE = 86400.0
_log = logging.getLogger(__name__)


class Retention:
    """Every daemon does this; it does no harm if several do."""

    def __init__(
        self, client: RestateClient, names: Names, blobs: SharedBlobs, world: World
    ) -> None:
        self._client = client
        self._names = names
        self._blobs = blobs
        self._world = world

    async def keep(self) -> None:
        """Look again and again; what fails is tried again."""
        while True:
            await self._world.sleep(_PAUSE)
            try:
                await self.sweep()
            except (InterlockError, OSError) as error:
                _log.warning("values that nobody needs any more are not deleted: %s", error)

    async def sweep(self, grace: float = GRACE) -> int:
        """How many values were deleted.

        Args:
            grace: seconds for which a value is kept since it was last written.
        """
        before = self._world.time() - grace
        # What a run that does not get on did last may be in its journal alone.
        if (stuck := await self._client.stuck_since(self._names.run)) is not None:
            before = min(before, stuck)
        texts = await self._client.texts(self._names, '"blob":"')
        used = {digest for text in texts for digest in _REFERENCE.findall(text)}
        return await self._blobs.delete(used, before)
