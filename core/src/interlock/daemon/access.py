"""Who may use the daemon, by its configuration."""

from __future__ import annotations

from interlock.api import AccessTokens, Guard, Tokens
from interlock.api.auth import hashed
from interlock.api.auth.guard import LOOPBACK
from interlock.config import ApiConfig
from interlock.runtime import Caller
from interlock.sdk import World

LOCAL_ADMIN = "local-admin"


def guard_of(api: ApiConfig, local_token: str, world: World) -> Guard:
    """The guard of a configuration.

    Args:
        local_token: of the state directory; whoever can read it is an admin.
    """
    callers = {each.sha256: Caller(each.name, each.role, each.tools) for each in api.tokens}
    callers[hashed(local_token)] = Caller(LOCAL_ADMIN, "admin")
    hosts = LOOPBACK.union(host.lower() for host in api.hosts)
    return Guard(Tokens(callers), hosts, _oauth_of(api, world), api.rate, world)


def _oauth_of(api: ApiConfig, world: World) -> AccessTokens | None:
    if api.oauth is None:
        return None
    return AccessTokens(
        api.oauth.issuer,
        api.oauth.audience,
        world,
        jwks_url=api.oauth.jwks_url,
        algorithms=api.oauth.algorithms,
    )
