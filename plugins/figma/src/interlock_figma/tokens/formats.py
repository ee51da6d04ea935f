"""Tokens as W3C design-tokens JSON, as a Tailwind 4 theme and as TypeScript."""

from __future__ import annotations

import json
from typing import Any

from interlock_figma.tokens.model import KINDS, Token
from interlock_figma.tree.geometry import rounded

_DIMENSIONS = frozenset(
    ("spacing", "radius", "stroke", "font_size", "line_height", "letter_spacing")
)
_SERIFS = frozenset(
    ("georgia", "times", "times new roman", "merriweather", "playfair display", "lora", "garamond")
)
_DTCG_TYPES = {"font": "fontFamily", "font_weight": "fontWeight"}


def dtcg(tokens: list[Token]) -> dict[str, Any]:
    """Design Tokens Format Module 2025.10: ``{group: {name: {$type, $value}}}``."""
    groups: dict[str, Any] = {}
    for token in tokens:
        entry: dict[str, Any] = {
            "$type": _dtcg_type(token.kind),
            "$value": _dtcg_value(token.kind, token.value),
        }
        if token.label:
            entry["$description"] = token.label
        if token.modes:
            modes = {name: _dtcg_value(token.kind, value) for name, value in token.modes.items()}
            entry["$extensions"] = {"com.figma.modes": modes}
        groups.setdefault(KINDS[token.kind].group, {})[token.name] = entry
    return groups


def _dtcg_type(kind: str) -> str:
    return "dimension" if kind in _DIMENSIONS else _DTCG_TYPES.get(kind, kind)


def _dtcg_value(kind: str, value: Any) -> Any:
    if kind == "color":
        return _dtcg_colour(value)
    if kind in _DIMENSIONS:
        return _pixels(value)
    if kind == "typography":
        return _dtcg_typography(value)
    if kind == "shadow":
        return [_dtcg_shadow(shadow) for shadow in value]
    return value


def _dtcg_colour(value: str) -> dict[str, Any]:
    channels = [int(value[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    colour: dict[str, Any] = {
        "colorSpace": "srgb",
        "components": [rounded(channel, 4) for channel in channels],
        "hex": value[:7],
    }
    if len(value) == 9:
        colour["alpha"] = rounded(int(value[7:9], 16) / 255, 4)
    return colour


def _pixels(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "px"}


def _dtcg_typography(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "fontFamily": value["family"],
        "fontSize": _pixels(value["size"]),
        "fontWeight": value["weight"],
        "letterSpacing": _pixels(value.get("letter_spacing", 0)),
        "lineHeight": rounded(value.get("line_height", value["size"] * 1.2) / value["size"], 4),
    }


def _dtcg_shadow(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "color": _dtcg_colour(value["color"]),
        "offsetX": _pixels(value["x"]),
        "offsetY": _pixels(value["y"]),
        "blur": _pixels(value["blur"]),
        "spread": _pixels(value["spread"]),
        "inset": bool(value.get("inset")),
    }


def theme_css(tokens: list[Token]) -> str:
    """``@theme`` with every token, then a ``[data-theme]`` block for each further mode."""
    lines = ["@theme {"]
    for token in tokens:
        lines.extend(f"  {line}" for line in _declarations(token, token.value))
    lines.append("}")
    modes = sorted({mode for token in tokens for mode in token.modes})
    for mode in modes:
        lines.append("")
        lines.append(f'[data-theme="{_slug(mode)}"] {{')
        for token in tokens:
            if mode in token.modes:
                lines.extend(f"  {line}" for line in _declarations(token, token.modes[mode]))
        lines.append("}")
    return "\n".join(lines) + "\n"


def _slug(mode: str) -> str:
    return "".join(c.lower() if c.isalnum() else "-" for c in mode).strip("-")


def _declarations(token: Token, value: Any) -> list[str]:
    name = token.property
    if token.kind == "typography":
        return _typography_declarations(name, value)
    if token.kind == "shadow":
        return [f"{name}: {', '.join(_shadow(shadow) for shadow in value)};"]
    if token.kind == "font":
        return [f'{name}: "{value}", {_generic(value)};']
    return [f"{name}: {value}px;" if token.kind in _DIMENSIONS else f"{name}: {value};"]


def _generic(family: str) -> str:
    """The kind of font that may stand in, told from the name."""
    name = family.lower()
    if "mono" in name or "code" in name or "courier" in name:
        return "monospace"
    serif = "serif" in name and "sans" not in name
    return "serif" if serif or name in _SERIFS else "sans-serif"


def _typography_declarations(name: str, value: dict[str, Any]) -> list[str]:
    lines = [f"{name}: {value['size']}px;", f"{name}--font-weight: {value['weight']};"]
    if "line_height" in value:
        lines.append(f"{name}--line-height: {value['line_height']}px;")
    if "letter_spacing" in value:
        lines.append(f"{name}--letter-spacing: {value['letter_spacing']}px;")
    return lines


def _shadow(value: dict[str, Any]) -> str:
    inset = "inset " if value.get("inset") else ""
    lengths = " ".join(f"{value[part]}px" for part in ("x", "y", "blur", "spread"))
    return f"{inset}{lengths} {value['color']}"


def typescript(tokens: list[Token]) -> str:
    """``export const tokens = {...} as const`` with CSS values, and a type for each group."""
    groups: dict[str, dict[str, str]] = {}
    for token in tokens:
        groups.setdefault(KINDS[token.kind].group, {})[token.name] = f"var({token.property})"
    body = json.dumps(groups, indent=2, ensure_ascii=False)
    types = [
        f'export type {group[0].upper()}{group[1:]}Token = keyof (typeof tokens)["{group}"];'
        for group in groups
    ]
    return (
        f"export const tokens = {body} as const;\n"
        + "".join(f"\n{line}" for line in types)
        + ("\n" if types else "")
    )
