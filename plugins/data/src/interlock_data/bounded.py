"""What all groups of tools share: the workers that do the work."""

from __future__ import annotations

from interlock.sdk import Service, ServiceContext
from interlock_data.settings import DataSettings
from interlock_data.worker import Workers


class Bounded(Service[DataSettings]):
    """A service whose tools run in bounded workers."""

    def __init__(self, settings: DataSettings, context: ServiceContext) -> None:
        super().__init__(settings, context)
        self._workers = Workers(context.name, settings)

    async def start(self) -> None:
        self._workers.start()

    async def stop(self) -> None:
        await self._workers.stop()
