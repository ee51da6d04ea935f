"""Settings of the data service."""

from __future__ import annotations

from pydantic import Field

from interlock.sdk import Bytes, Seconds, Settings


class DataSettings(Settings):
    """Bounds of one call; no call can take more."""

    max_size: Bytes = Field(10 * 10**6, description="of the arguments as JSON, and of the result")
    max_time: Seconds = Field(10.0, gt=0, description="of the work, from when a worker is there")
    # A worker with all its libraries takes 120 MiB before it works.
    max_memory: Bytes = Field(512 * 2**20, ge=256 * 2**20, description="of one worker process")
    workers: int = Field(2, ge=1, description="processes at work at once")
