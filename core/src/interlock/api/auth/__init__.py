"""Who is let in, who they are, and how often they may ask: the same for every surface over HTTP."""

from interlock.api.auth.guard import Guard
from interlock.api.auth.middleware import GuardMiddleware
from interlock.api.auth.oauth import AccessTokens
from interlock.api.auth.tokens import Tokens, hashed, new_token

__all__ = [
    "AccessTokens",
    "Guard",
    "GuardMiddleware",
    "Tokens",
    "hashed",
    "new_token",
]
