"""From the settings of ``auth`` to what gives the credentials."""

from __future__ import annotations

from interlock.sdk import ServiceContext
from interlock_http.auth import ApiKey, Auth, Basic, Bearer, OAuth
from interlock_http.credentials import Authoriser, Credentials, Fixed, basic
from interlock_http.tokens import Tokens


def authoriser(auth: Auth | None, context: ServiceContext) -> Authoriser:
    """What gives the credentials that the settings describe."""
    return Tokens(auth, context) if isinstance(auth, OAuth) else Fixed(_fixed(auth))


def _fixed(auth: Bearer | Basic | ApiKey | None) -> Credentials:
    match auth:
        case Bearer(token=token):
            return Credentials({"Authorization": f"Bearer {token.get_secret_value()}"})
        case Basic(username=name, password=password):
            return Credentials({"Authorization": basic(name, password.get_secret_value())})
        case ApiKey(name=name, value=value, place="query"):
            return Credentials(query={name: value.get_secret_value()})
        case ApiKey(name=name, value=value, place="cookie"):
            return Credentials({"Cookie": f"{name}={value.get_secret_value()}"})
        case ApiKey(name=name, value=value):
            return Credentials({name: value.get_secret_value()})
    return Credentials()
