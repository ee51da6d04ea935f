"""Errors of redis-py in the words of Interlock's tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions as redis

from interlock.sdk import NeedsAttention, Rejected, Retryable


@contextmanager
def errors_of(service: str) -> Iterator[None]:
    """Raises: NeedsAttention, Retryable, Rejected; by what Redis answered, if it did."""
    try:
        yield
    except (redis.AuthenticationError, redis.NoPermissionError) as error:
        hint = "check the user, the password and its ACL"
        raise NeedsAttention(f"{service}: Redis refuses us: {error}", hint=hint) from None
    except (redis.ConnectionError, redis.TimeoutError, redis.ReadOnlyError) as error:
        raise Retryable(f"{service}: Redis does not answer: {error}") from None
    except redis.OutOfMemoryError as error:
        raise Retryable(f"{service}: Redis is out of memory: {error}") from None
    except redis.RedisError as error:
        raise Rejected(f"{service}: Redis refuses the command: {error}") from None
