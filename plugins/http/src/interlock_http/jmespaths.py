"""Looking values up in answers, by JMESPath."""

from __future__ import annotations

from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator

from interlock.sdk import Rejected


def _compiles(path: str) -> str:
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        raise ValueError(f"not a JMESPath: {error}") from None
    return path


JmesPath = Annotated[str, AfterValidator(_compiles)]


def look_up(path: str, value: Any) -> Any:
    """What ``path`` leads to; None if it leads nowhere.

    Raises:
        Rejected: a function in it cannot be applied to what is there.
    """
    try:
        return jmespath.search(path, value)
    except JMESPathError as error:
        raise Rejected(
            f"{path!r} does not fit the answer: {error}", hint="correct the path in the settings"
        ) from None
