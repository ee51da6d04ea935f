"""All tokens of a design in all formats."""

from __future__ import annotations

from itertools import chain
from typing import Any

from interlock_figma.tokens.formats import dtcg, theme_css, typescript
from interlock_figma.tokens.names import tokens
from interlock_figma.tokens.sightings import sightings
from interlock_figma.tokens.variables import named_variables
from interlock_figma.tree import Document


def extract(document: Document, variables: Any = None) -> dict[str, Any]:
    """``{count, tokens, references, dtcg, css, typescript}``.

    ``tokens`` lists ``{name, kind, property, value, source, label}``; ``references`` gives the
    token's name for ``kind:id`` of a Figma style or variable.

    Args:
        variables: response of the variables endpoint, where the plan allows it.
    """
    made, references = tokens(chain(named_variables(variables), sightings(document)))
    listed = [
        {
            "name": token.name,
            "kind": token.kind,
            "property": token.property,
            "value": token.value,
            "source": token.source,
            "label": token.label,
        }
        for token in made
    ]
    return {
        "count": len(listed),
        "tokens": listed,
        "references": references,
        "dtcg": dtcg(made),
        "css": theme_css(made),
        "typescript": typescript(made),
    }
