"""Names under ``$defs`` for what the references of a description lead to."""

from __future__ import annotations

import re

from interlock_http.openapi.description import Description, fragment_of, parts

_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


class Names:
    """One name for each reference, whichever schema has it.

    Attributes:
        references: by name.
    """

    def __init__(self, description: Description) -> None:
        self._description = description
        self._known: dict[str, str] = {}
        self.references: dict[str, str] = {}

    def of(self, reference: str, pointer: str) -> str:
        """The name of what a reference at ``pointer`` leads to.

        Raises:
            Broken: it leads nowhere, out of the document, or in a circle.
        """
        if reference not in self._known:
            self._description.follow({"$ref": reference}, pointer)
            short = _NO_NAME.sub("_", parts(fragment_of(reference))[-1]) or "schema"
            name, number = short, 2
            while name in self.references:
                name, number = f"{short}_{number}", number + 1
            self._known[reference] = name
            self.references[name] = reference
        return self._known[reference]
