"""Errors of nats-py in the words of Interlock's tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nats import errors
from nats.js import errors as js

from interlock.sdk import NeedsAttention, Rejected, Retryable


@contextmanager
def errors_of(service: str) -> Iterator[None]:
    """Raises: NeedsAttention, Rejected, Retryable; by what NATS answered, if it did."""
    try:
        yield
    except (errors.AuthorizationError, errors.InvalidUserCredentialsError) as error:
        hint = "check the user, the password or the credentials file"
        raise NeedsAttention(f"{service}: NATS refuses us: {error}", hint=hint) from None
    except js.NoStreamResponseError:
        hint = "make a stream of this subject, or name it under consume[].subjects"
        raise Rejected(f"{service}: no stream takes the message", hint=hint) from None
    except errors.NoRespondersError:
        hint = "start nats-server with -js, or allow JetStream for the account"
        raise NeedsAttention(f"{service}: NATS has no JetStream", hint=hint) from None
    except (js.ServiceUnavailableError, js.ServerError) as error:
        raise Retryable(f"{service}: JetStream cannot answer now: {error}") from None
    except (js.APIError, errors.MaxPayloadError, errors.BadSubjectError) as error:
        raise Rejected(f"{service}: NATS refuses: {error}") from None
    except (errors.Error, OSError, TimeoutError) as error:
        raise Retryable(f"{service}: NATS does not answer: {error!r}") from None
