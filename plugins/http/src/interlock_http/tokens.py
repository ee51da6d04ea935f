"""Access tokens by OAuth 2: fetched by one caller for all, and renewed before they end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import anyio
import orjson

from interlock.sdk import InterlockError, NeedsAttention, Rejected, ServiceContext, from_problem
from interlock_http.answers import read_body
from interlock_http.auth import OAuth
from interlock_http.credentials import Credentials, basic

_EARLY = 30.0
_DEFAULT_LIFE = 3600.0
_LARGEST_ANSWER = 1_000_000
_KEPT = "oauth2.refresh_token"


class Tokens:
    """Implements ``Authoriser``.

    A provider may replace the refresh token each time it is used. The newest is kept in the
    service's state, because the one of the settings is worth nothing from then on.
    """

    def __init__(self, settings: OAuth, context: ServiceContext) -> None:
        self._settings = settings
        self._context = context
        self._token = ""
        self._until = 0.0
        self._fetching = asyncio.Lock()
        self._fetches = 0
        self._failure: InterlockError | None = None

    async def credentials(self) -> Credentials:
        """
        Raises:
            NeedsAttention: the provider gives no token.
        """
        before = self._fetches
        async with self._fetching:
            if not self._token or self._context.world.monotonic() >= self._until:
                if self._fetches != before and self._failure is not None:
                    # Somebody asked in vain while we waited: asking again would do no better.
                    raise from_problem(self._failure.to_problem())
                await self._renew()
            return self._bearer()

    def refused(self, credentials: Credentials) -> bool:
        # Another caller may have come back with a new one in the meantime.
        if credentials.headers.get("Authorization") == self._bearer().headers["Authorization"]:
            self._token = ""
        return True

    def _bearer(self) -> Credentials:
        return Credentials({"Authorization": f"Bearer {self._token}"})

    async def _renew(self) -> None:
        self._failure = None
        try:
            await self._take(await self._ask())
        except InterlockError as error:
            self._failure = error
            raise
        finally:
            self._fetches += 1

    async def _ask(self) -> Mapping[str, Any]:
        url, form = self._settings.token_url, self._form(await self._refresh_token())
        headers = {"Accept": "application/json", **self._headers()}
        try:
            async with self._context.http.stream("POST", url, data=form, headers=headers) as answer:
                said = orjson.loads(await read_body(answer, _LARGEST_ANSWER, self._context.name))
        except (Rejected, NeedsAttention) as error:
            hint = "check client_id, client_secret, refresh_token and scopes"
            raise NeedsAttention(f"{url} gives no token: {error.message}", hint=hint) from None
        except orjson.JSONDecodeError:
            said = None
        if not isinstance(said, Mapping) or not isinstance(said.get("access_token"), str):
            raise NeedsAttention(f"{url} gives no token: its answer has none")
        return said

    async def _take(self, said: Mapping[str, Any]) -> None:
        renewed = said.get("refresh_token")
        if self._settings.refresh_token is not None and isinstance(renewed, str):
            with anyio.CancelScope(shield=True):
                kept = {"instead_of": self._configured(), "token": renewed}
                await self._context.state.put(_KEPT, kept)
        lasts = _seconds(said.get("expires_in"))
        self._token = said["access_token"]
        self._until = self._context.world.monotonic() + lasts - min(_EARLY, lasts / 2)

    async def _refresh_token(self) -> str | None:
        if self._settings.refresh_token is None:
            return None
        kept = await self._context.state.get(_KEPT)
        if isinstance(kept, dict) and kept.get("instead_of") == self._configured():
            return str(kept["token"])
        return self._settings.refresh_token.get_secret_value()

    def _configured(self) -> str:
        """Names the refresh token of the settings: another one there is to be used at once."""
        assert self._settings.refresh_token is not None  # noqa: S101 - asked only where there is one
        return sha256(self._settings.refresh_token.get_secret_value().encode()).hexdigest()

    def _form(self, refresh_token: str | None) -> dict[str, str]:
        settings = self._settings
        form = {"grant_type": "client_credentials"}
        if refresh_token is not None:
            form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        if settings.scopes:
            form["scope"] = " ".join(settings.scopes)
        if settings.audience:
            form["audience"] = settings.audience
        if settings.style == "body" or settings.client_secret is None:
            form["client_id"] = settings.client_id
            if settings.client_secret is not None:
                form["client_secret"] = settings.client_secret.get_secret_value()
        return form

    def _headers(self) -> dict[str, str]:
        settings = self._settings
        if settings.style == "body" or settings.client_secret is None:
            return {}
        # RFC 6749, 2.3.1: both are encoded as in a form first, so that an id may have a colon. A
        # blank is %20, which is read by those as well who do not take + for one.
        secret = quote(settings.client_secret.get_secret_value(), safe="")
        return {"Authorization": basic(quote(settings.client_id, safe=""), secret)}


def _seconds(value: Any) -> float:
    """``expires_in``, which some providers write as a text, and some leave out."""
    try:
        return max(1.0, float(value))
    except (TypeError, ValueError):
        return _DEFAULT_LIFE
