"""A React component written by a model, accepted only with the interface that was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from interlock.sdk import InvalidInput

Json = dict[str, Any]

SYSTEM = (
    "You write React components in TypeScript with Tailwind CSS 4. Improve the given component: "
    "semantic elements, accessible names, readable class lists. Keep the look, the exported name, "
    "the props interface and every text. Import nothing that the given code does not import."
)
SCHEMA: Json = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "the whole module, without a code fence"},
    },
    "required": ["code"],
    "additionalProperties": False,
}

_DESIGN_LIMIT = 60_000
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_INTERFACE = re.compile(r"(?:interface|type)\s+(\w+Props)\s*=?\s*\{(.*?)\n\}", re.DOTALL)
_MEMBER = re.compile(r"^\s*(?:readonly\s+)?(\w+)\s*(\?)?\s*:\s*(.+?)[;,]?\s*$", re.MULTILINE)
_EXPORT = re.compile(r"export\s+(?:default\s+)?(?:function|const)\s+(\w+)")
_IMPORT = re.compile(r"^\s*import\b[^;]*?[\"']([^\"']+)[\"']", re.MULTILINE)
_ANY = re.compile(r"(?::|<|\bas)\s*any\b")
# What a component of a design has no use for, and a text in the design may ask a model for.
_FORBIDDEN = (
    *("dangerouslySetInnerHTML", "eval(", "Function(", "<script", "<iframe", "<object", "<embed"),
    *("import(", "require(", "fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "postMessage"),
    *("document.", "window.", "globalThis", "localStorage", "sessionStorage", "javascript:"),
)
# Those of XML's namespaces name no place.
_ADDRESS = re.compile(r"(?:https?:)?//(?!www\.w3\.org\b)[\w-]+\.[\w.-]+")
_PAIRS = {"}": "{", "]": "["}


def source_of(deterministic: Json) -> tuple[str, str]:
    """Path and code of the ``.tsx`` among the files of a generated component."""
    files: Mapping[str, str] = deterministic.get("files") or {}
    for path, code in files.items():
        if path.endswith(".tsx"):
            return path, code
    raise InvalidInput("deterministic has no .tsx among its files", path="$.deterministic.files")


def prompt(component: Json, tokens: Json | None, code: str) -> str:
    """Design, tokens and the code to improve; a huge design is cut, since the code holds it."""
    design = orjson.dumps(component).decode()[:_DESIGN_LIMIT]
    theme = f"\nTheme:\n{tokens['css']}\n" if tokens and tokens.get("css") else ""
    return f"Design (simplified Figma tree):\n{design}\n{theme}\nComponent:\n```tsx\n{code}\n```"


def faults(candidate: str, original: str) -> list[str]:
    """Why the candidate cannot stand in for the original; empty if it can."""
    plain, model = _COMMENT.sub("", candidate), _COMMENT.sub("", original)
    # In comments as well: where one begins and ends can be made to look otherwise.
    added = [word for word in _FORBIDDEN if word in candidate and word not in original]
    found = [f"{word} is not allowed" for word in added]
    if strange := set(_ADDRESS.findall(candidate)) - set(_ADDRESS.findall(original)):
        found.append(f"it refers to {', '.join(sorted(strange))}")
    if _ANY.search(plain):
        found.append("it uses the type any")
    if missing := set(_EXPORT.findall(model)) - set(_EXPORT.findall(plain)):
        found.append(f"it does not export {', '.join(sorted(missing))}")
    if foreign := set(_IMPORT.findall(candidate)) - set(_IMPORT.findall(model)) - {"react"}:
        found.append(f"it imports {', '.join(sorted(foreign))}")
    if _props(plain) != _props(model):
        found.append("its props differ from the design's")
    if not re.search(r"return\b|=>\s*\(?\s*<", plain) or "<" not in plain:
        found.append("it renders nothing")
    if not _balanced(_TEXT.sub('""', plain)):
        found.append("its brackets do not match")
    return found


def _props(code: str) -> dict[str, dict[str, tuple[bool, str]]]:
    """Members of each props type: name to (optional, type)."""
    return {
        name: {
            member: (bool(optional), _same_spelling(kind))
            for member, optional, kind in _MEMBER.findall(body)
        }
        for name, body in _INTERFACE.findall(code)
    }


def _same_spelling(kind: str) -> str:
    """A type without spaces, with one kind of quotes and the parts of a union in order."""
    plain = re.sub(r"\s+", "", kind).replace("'", '"')
    return "|".join(sorted(plain.strip("|").split("|")))


def _balanced(code: str) -> bool:
    # Parentheses may stand alone in the text between tags; braces and square brackets count.
    open_: list[str] = []
    for character in code:
        if character in "{[":
            open_.append(character)
        elif character in "}]" and (not open_ or open_.pop() != _PAIRS[character]):
            return False
    return not open_
