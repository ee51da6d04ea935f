"""Error codes of MySQL and MariaDB."""

from __future__ import annotations

import re
from typing import Any

from interlock.sdk import NeedsAttention, Rejected, Retryable, ServiceError
from interlock_database import errors

_DUPLICATE = {1062, 1586}
_CONSTRAINTS = {1048, 1216, 1217, 1364, 1451, 1452, 3819, 4025}
_ROLLED_BACK = {1205, 1213, 1020}
_TOO_LONG = {1969, 3024}
_REFUSED = {1044, 1045, 1049, 1142, 1143, 1227, 1698}
_READ_ONLY = 1792
# Too many connections, shutting down, killed, interrupted, full; 2000 and above: the client's own.
_LATER = {1021, 1040, 1041, 1053, 1077, 1159, 1161, 1203, 1226, 1317, 1836, 1927}
_CLIENT = range(2000, 2100)
_NAMED = re.compile(r"for key '([^']+)'|CONSTRAINT [`']([^`']+)|[Cc]olumn '([^']+)'")


def error_of(service: str, origin: Any) -> ServiceError:
    """Args: origin: asyncmy's."""
    code, message = origin.args[0], str(origin.args[-1])
    if code in _TOO_LONG:
        return errors.too_long(service)
    if code in _ROLLED_BACK:
        return errors.rolled_back(service, message)
    if code in _DUPLICATE | _CONSTRAINTS:
        named = _NAMED.search(message)
        name = next(filter(None, named.groups())) if named else ""
        taken = code in _DUPLICATE
        return errors.constraint(service, name, message, taken=taken, errno=code)
    if code in _REFUSED:
        hint = "check the user, the password, the database and what the user may do"
        return NeedsAttention(f"{service}: the database refuses us: {message}", hint=hint)
    if code in _LATER or code in _CLIENT:
        return Retryable(f"{service}: the database does not answer: {message}")
    hint = "set read_only: false, and write with execute" if code == _READ_ONLY else ""
    return Rejected(f"{service}: {message}", hint=hint, errno=code)
