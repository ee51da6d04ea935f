"""Why a request is turned away at the door."""

from __future__ import annotations

from interlock.sdk import InterlockError


class Unauthorized(InterlockError):
    """No token, or not a valid one."""

    code = "unauthorized"


class WrongHost(InterlockError):
    """The request is meant for somebody else, by its Host header."""

    code = "wrong-host"


class TooLarge(InterlockError):
    """The body is over the limit."""

    code = "too-large"


class TooSlow(InterlockError):
    """The body did not arrive in time."""

    code = "too-slow"


class TooManyRequests(InterlockError):
    """This token or address is over its rate."""

    code = "too-many-requests"
