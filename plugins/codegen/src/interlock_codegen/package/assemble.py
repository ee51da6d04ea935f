"""Index, theme, documentation and package files around the generated parts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from interlock.sdk import InvalidInput
from interlock_codegen.package.docs import overview, page

Json = Mapping[str, Any]

_TSCONFIG = {
    "compilerOptions": {
        "target": "ES2022",
        "module": "ESNext",
        "moduleResolution": "Bundler",
        "lib": ["ES2022", "DOM", "DOM.Iterable"],
        "jsx": "react-jsx",
        "strict": True,
        "noEmit": True,
        "isolatedModules": True,
        "skipLibCheck": True,
    },
    "include": ["index.ts", "components", "screens", "tokens.ts"],
}

_IMPORTED = ("react", "react-dom", "typescript", "tailwindcss")


def assemble(parts: Sequence[Json], tokens: Json | None, name: str) -> dict[str, Any]:
    """``{files: {path: text}, report}`` of the whole package.

    Raises:
        InvalidInput: two parts have one name, or a part has no ``.tsx`` file.
    """
    files: dict[str, str] = {}
    exports = []
    for part in parts:
        path = _module_path(part)
        if path in files:
            raise InvalidInput(f"two parts are named {part['name']!r}", path="$.parts")
        files.update(part["files"])
        files[f"docs/{part['name']}.md"] = page(part)
        exports.append(f'export * from "./{path.removesuffix(".tsx")}";\n')
    tokens = tokens or {}
    files["index.ts"] = "".join(exports) or "export {};\n"
    files["theme.css"] = '@import "tailwindcss";\n\n' + str(tokens.get("css") or "")
    files["tokens.json"] = _json(tokens.get("dtcg") or {})
    files["tokens.ts"] = str(tokens.get("typescript") or "export const tokens = {} as const;\n")
    files["package.json"] = _json(_package(name))
    files["tsconfig.json"] = _json(_TSCONFIG)
    files["README.md"] = overview(name, parts)
    return {"files": files, "report": _report(parts)}


def _module_path(part: Json) -> str:
    for path in part["files"]:
        if path.endswith(f"{part['name']}.tsx"):
            return str(path)
    raise InvalidInput(f"part {part.get('name')!r} has no {part.get('name')}.tsx", path="$.parts")


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _package(name: str) -> dict[str, Any]:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    # A package of the name of one it imports would import itself.
    return {
        "name": f"{slug}-design" if slug in _IMPORTED else slug or "design",
        "version": "0.1.0",
        "private": True,
        "type": "module",
        "exports": {".": "./index.ts", "./theme.css": "./theme.css", "./tokens": "./tokens.ts"},
        "scripts": {"check": "tsc -p tsconfig.json"},
        "peerDependencies": {"react": ">=18"},
        "devDependencies": {
            "@types/react": "^19.0.0",
            "react": "^19.0.0",
            "tailwindcss": "^4.1.0",
            "typescript": ">=5.6",
        },
    }


def _report(parts: Sequence[Json]) -> dict[str, Any]:
    reports = [part.get("report") or {} for part in parts]
    return {
        "components": sum(part.get("kind") == "component" for part in parts),
        "screens": sum(part.get("kind") == "screen" for part in parts),
        "warnings": [warning for report in reports for warning in report.get("warnings") or ()],
        "assets": sorted({a["ref"] for report in reports for a in report.get("assets") or ()}),
        "fonts": sorted({font for report in reports for font in report.get("fonts") or ()}),
    }
