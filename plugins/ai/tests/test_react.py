"""A model's component: taken when it keeps the interface, rejected otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.sdk import InvalidInput
from interlock_ai import react
from interlock_ai.errors import AnswerUnfit

CODE = """import type { ReactNode } from "react";

export interface BadgeProps {
  /** Figma: Icon (Home) */
  icon?: ReactNode;
  size: "small" | "large";
}

export function Badge({ icon, size }: BadgeProps) {
  return (
    <span className={`badge ${size === "small" ? "p-1" : "p-2"}`}>
      {icon} Don't panic :-)
    </span>
  );
}
"""
DETERMINISTIC: dict[str, Any] = {
    "name": "Badge",
    "files": {"components/Badge.tsx": CODE, "components/Badge.css": ""},
    "report": {"warnings": []},
}


def changed(before: str, after: str) -> str:
    assert before in CODE
    return CODE.replace(before, after)


@pytest.mark.parametrize("provider", ["anthropic", "openai", "openai-compatible", "gemini"])
async def test_a_good_component_takes_the_place_of_the_generated_one(
    ai: Any, provider: str
) -> None:
    written = await (await ai(provider)).write_component(
        component={"name": "Badge"}, deterministic=DETERMINISTIC
    )
    assert written["files"].keys() == DETERMINISTIC["files"].keys()
    assert react.faults(written["files"]["components/Badge.tsx"], CODE) == []
    assert (written["name"], written["method"], written["model"]) == ("Badge", "model", "m")
    assert written["report"] == DETERMINISTIC["report"]


@pytest.mark.parametrize(
    "candidate",
    [
        CODE,
        changed("  /** Figma: Icon (Home) */\n", ""),
        changed("icon?: ReactNode;", "icon ?: ReactNode,"),
        changed("<span", "<strong").replace("</span", "</strong"),
        changed('import type { ReactNode } from "react";', 'import { ReactNode } from "react";'),
        changed('"small" | "large"', "'large' | 'small'"),
        CODE + '\nconst icon = "{";\n',
        CODE + '\nconst icon = <svg xmlns="http://www.w3.org/2000/svg" />;\n',
    ],
)
def test_what_keeps_the_interface_is_accepted(candidate: str) -> None:
    assert react.faults(candidate, CODE) == []


@pytest.mark.parametrize(
    ("candidate", "fault"),
    [
        (changed("function Badge", "function Label"), "does not export Badge"),
        (changed('size: "small" | "large"', "size: string"), "props differ"),
        (changed("icon?: ReactNode", "icon: ReactNode"), "props differ"),
        (changed("  icon?: ReactNode;\n", ""), "props differ"),
        (changed("{icon}", "{(icon as any)}"), "type any"),
        (changed("icon, size }: BadgeProps", "icon, size }: any"), "type any"),
        ('import "lodash";\n' + CODE, "imports lodash"),
        (changed("{icon}", '<img src="//tracker.example.com/a.png" />'), "refers to //tracker"),
        (changed("{icon}", "{fetch('/secrets') && icon}"), "fetch( is not allowed"),
        (changed("{icon}", "{'/*'}{document.cookie}{'*/'}"), "document. is not allowed"),
        (changed("{icon}", "{import('left-pad') && icon}"), "import( is not allowed"),
        (changed("{icon}", "<b dangerouslySetInnerHTML={{ __html: size }} />"), "not allowed"),
        (changed("  );\n}\n", "  );\n"), "brackets"),
        ("export function Badge() {}", "props differ"),
        ("I am sorry, but I cannot.", "does not export"),
        ("", "renders nothing"),
    ],
)
def test_what_changes_the_interface_or_is_no_component_is_told(candidate: str, fault: str) -> None:
    assert any(fault in told for told in react.faults(candidate, CODE))


async def test_a_component_that_does_not_fit_is_rejected(ai: Any) -> None:
    other = {"files": {"Badge.tsx": CODE + "\n```\n```tsx\nexport const Other = 1;\n"}}
    with pytest.raises(AnswerUnfit, match=r"cannot replace Badge\.tsx") as rejected:
        await (await ai()).write_component(component={}, deterministic=other)
    assert any("does not export" in fault for fault in rejected.value.details["faults"])


async def test_without_generated_code_there_is_nothing_to_hold_the_model_to(ai: Any) -> None:
    with pytest.raises(InvalidInput, match=r"no \.tsx"):
        await (await ai()).write_component(component={}, deterministic={"files": {"a.css": ""}})
