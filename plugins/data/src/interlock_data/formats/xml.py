"""XML to JSON and back: attributes under ``@name``, text under ``#text``, repetition as a list.

Names keep their namespace in Clark's notation (``{http://…}name``). The order between elements
of different names is not kept, and neither are comments.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring
from xml.etree.ElementTree import indent as indented

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from interlock.sdk import InvalidInput
from interlock_data.formats.tables import text_of

_NAME = re.compile(r"(?:\{[^{}<>\"]*\})?[^\W\d][\w.-]*")
# XML 1.0 has no way to write these, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_xml(text: str) -> dict[str, Any]:
    """``{root: content}``; InvalidInput if it is not well-formed or declares entities."""
    try:
        root = fromstring(text, forbid_dtd=True)
    except ParseError as error:
        raise InvalidInput(f"not XML: {error}", path="$.data") from None
    except DefusedXmlException:
        raise InvalidInput(
            "XML with a document type or entities is not read", path="$.data"
        ) from None
    except ValueError as error:
        raise InvalidInput(f"not XML: {error}", path="$.data") from None
    return {root.tag: _content(root)}


def rows_in(document: dict[str, Any]) -> Any:
    """What a table is made of: the elements in the root, if all of them have one name.

    However many there are: one alone is not a list in JSON.
    """
    [content] = document.values()
    if isinstance(content, dict):
        elements = [name for name in content if not name.startswith(("@", "#"))]
        if len(elements) == 1:
            rows = content[elements[0]]
            return rows if isinstance(rows, list) else [rows]
    return document


def write_xml(value: Any, *, root: str, item: str, indent: int) -> str:
    """An object of one key is the root element; anything else is put into ``root``.

    Args:
        item: name of the elements of a list that has no name of its own.
    """
    if not (isinstance(value, dict) and len(value) == 1 and not _is_list(value)):
        value = {root: {item: value} if isinstance(value, list) else value}
    [(name, content)] = value.items()
    element = Element(_name(name))
    _fill(element, content, item)
    if indent:
        indented(element, " " * indent)
    written: str = tostring(element, encoding="unicode")
    return written


def _is_list(value: dict[str, Any]) -> bool:
    [(name, content)] = value.items()
    return isinstance(content, list) or name.startswith(("@", "#"))


def _content(element: Element) -> Any:
    content: dict[str, Any] = {f"@{name}": value for name, value in element.items()}
    for child in element:
        _add(content, child.tag, _content(child))
    texts = [element.text, *(child.tail for child in element)]
    text = "".join(part for part in texts if part)
    if len(element):
        text = text.strip()
    if not content:
        return text or None
    return {**content, "#text": text} if text.strip() else content


def _add(content: dict[str, Any], name: str, value: Any) -> None:
    if name not in content:
        content[name] = value
    elif isinstance(content[name], list):
        content[name].append(value)
    else:
        content[name] = [content[name], value]


def _fill(element: Element, content: Any, item: str) -> None:
    if not isinstance(content, dict):
        content = {item: content} if isinstance(content, list) else {"#text": content}
    for name, value in content.items():
        if name == "#text":
            element.text = _text(value)
        elif name.startswith("@"):
            element.set(_name(name[1:]), _text(value))
        else:
            for each in value if isinstance(value, list) else [value]:
                _fill(SubElement(element, _name(name)), each, item)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{name[:100]!r} cannot be a name in XML", path="$.data")
    return name


def _text(value: Any) -> str:
    text = text_of(value)
    if found := _FORBIDDEN.search(text):
        raise InvalidInput(
            f"XML cannot hold the character U+{ord(found[0]):04X}",
            hint="remove it with the tool sanitise",
            path="$.data",
        )
    return text
