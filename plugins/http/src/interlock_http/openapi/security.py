"""Credentials by the name of a security scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from interlock.sdk import NeedsAttention, ServiceContext
from interlock_http.auth import ApiKey, Basic, Bearer, OAuth
from interlock_http.authoriser import authoriser
from interlock_http.credentials import Authoriser, Together
from interlock_http.openapi.description import Broken, Description, mapping
from interlock_http.openapi.settings import OpenApiSettings


def authoriser_of(
    settings: OpenApiSettings, description: Description, context: ServiceContext
) -> Authoriser:
    """What the settings say, or what the description makes of ``credentials``.

    Raises:
        NeedsAttention: there is no such scheme, or none that a single secret is enough for.
    """
    if settings.auth is not None or not settings.credentials:
        return authoriser(settings.auth, context)
    return Together(
        [
            _one(name, secret, description, settings, context)
            for name, secret in settings.credentials.items()
        ]
    )


def _one(
    name: str,
    secret: SecretStr,
    description: Description,
    settings: OpenApiSettings,
    context: ServiceContext,
) -> Authoriser:
    components = mapping(description.document, "components", "")
    try:
        schemes = mapping(components, "securitySchemes", "/components")
        if name not in schemes:
            raise NeedsAttention(
                f"{settings.description} has no security scheme {name!r}",
                hint=f"there are: {', '.join(map(str, schemes)) or 'none'}",
            )
        scheme = description.follow(schemes[name], f"/components/securitySchemes/{name}")
        auth = _auth(scheme, name, secret.get_secret_value())
    except Broken as broken:
        raise NeedsAttention(f"{settings.description}{broken}") from None
    except ValueError as error:
        reason = f"{settings.description}#/components/securitySchemes/{name} cannot be read"
        raise NeedsAttention(reason) from error
    return authoriser(auth, context)


def _auth(scheme: Mapping[str, Any], name: str, secret: str) -> Bearer | Basic | ApiKey | OAuth:
    username, colon, password = secret.partition(":")
    token_url = _token_url(scheme)
    match scheme.get("type"), str(scheme.get("scheme", "")).lower():
        case "apiKey", _:
            place = {"in": scheme.get("in"), "name": scheme.get("name")}
            return ApiKey.model_validate({"kind": "api-key", "value": secret, **place})
        case "http", "basic":
            values = {"kind": "basic", "username": username, "password": password}
            return Basic.model_validate(values)
        case "oauth2", _ if token_url and colon:
            client = {"client_id": username, "client_secret": password}
            return OAuth.model_validate({"kind": "oauth2", "token_url": token_url, **client})
        case ("http", "bearer") | ("oauth2", _) | ("openIdConnect", _):
            return Bearer.model_validate({"kind": "bearer", "token": secret})
    raise NeedsAttention(
        f"security scheme {name!r} is of a kind that `credentials` cannot serve",
        hint="use `auth` or `headers`",
    )


def _token_url(scheme: Mapping[str, Any]) -> str:
    """Where a client gets a token for itself; "" if it cannot."""
    flow = mapping(mapping(scheme, "flows", ""), "clientCredentials", "/flows")
    return str(flow.get("tokenUrl") or "")
