"""What the vendors send of themselves: webhooks, to endpoints on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, Field

_HERE = ("127.0.0.1", "localhost", "::1")
_PATIENCE = aiohttp.ClientTimeout(total=5.0)


class Announcement(BaseModel):
    """Something that happened at a vendor."""

    model_config = ConfigDict(extra="forbid")

    vendor: Literal["figma", "notion"] = Field(description="who tells of it")
    type: str = Field(
        description="the vendor's name of the event, such as FILE_UPDATE or page.content_updated"
    )
    subject: str = Field(
        description="key of the Figma file; id of the Notion page, database, data source, comment"
    )
    data: dict[str, Any] = Field({}, description="further fields of the payload")
    times: int = Field(1, ge=1, le=100, description="how often the same delivery is sent")
    forged: bool = Field(False, description="send a passcode or signature that is wrong")


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery: the endpoint's status, or why there is none."""

    endpoint: str
    status: int | None = None
    error: str | None = None

    def told(self) -> dict[str, Any]:
        """``{endpoint, status?, error?}``."""
        known = {"status": self.status, "error": self.error}
        return {"endpoint": self.endpoint, **{k: v for k, v in known.items() if v is not None}}


class Deliveries:
    """Posts to the loopback interface, and nowhere else: an endpoint elsewhere is nobody's here."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close what connections there are; the next delivery opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(self, endpoint: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """One delivery of JSON; a failure is an outcome, not an error."""
        if urlsplit(endpoint).hostname not in _HERE:
            return Outcome(endpoint, error="not sent: the endpoint is not on this machine")
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_PATIENCE)
        given = {"Content-Type": "application/json", **headers}
        try:
            async with self._session.post(endpoint, data=body, headers=given) as response:
                return Outcome(endpoint, status=response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Outcome(endpoint, error=f"{type(error).__name__}: {error}")
