"""Tools by name and alias."""

from __future__ import annotations

import pytest

from interlock.host.catalog import Catalog, ToolEntry
from interlock.sdk import NotFound, Policies, Service, Settings, tool, tools_of


class Figma(Service[Settings]):
    @tool(effect="read", aliases=("figma_file", "shared"))
    async def get_file(self, key: str) -> dict[str, str]:
        """Fetch a file.

        Args:
            key: from the file's URL.
        """
        return {}

    @tool()
    async def comment(self) -> None:
        """Say something."""


@pytest.fixture
def catalog() -> Catalog:
    catalog = Catalog()
    for service in ("notion", "figma"):
        tools = [
            ToolEntry(f"{service}.{spec.name}", service, spec, Policies())
            for spec in tools_of(Figma).values()
            if service == "figma" or spec.name == "get_file"
        ]
        catalog.set_service(service, tools)
    return catalog


def test_tools_are_listed_by_name(catalog: Catalog) -> None:
    assert [entry.name for entry in catalog] == [
        "figma.comment",
        "figma.get_file",
        "notion.get_file",
    ]


def test_an_entry_says_everything_about_its_tool(catalog: Catalog) -> None:
    entry = catalog.get("figma.get_file").to_dict()

    assert entry["description"] == "Fetch a file."
    assert entry["input_schema"]["properties"]["key"]["description"] == "from the file's URL."
    assert entry["facts"]["effect"] == "read"


def test_an_alias_of_one_service_leads_to_its_tool(catalog: Catalog) -> None:
    catalog.set_service("notion", ())

    assert catalog.get("figma_file").name == "figma.get_file"
    assert catalog.get("figma.get_file").aliases == ("figma_file", "shared")


def test_an_alias_of_several_services_names_the_choices(catalog: Catalog) -> None:
    with pytest.raises(NotFound, match="several services") as raised:
        catalog.get("shared")

    assert raised.value.nearest == ["figma.get_file", "notion.get_file"]
    assert catalog.get("figma.get_file").aliases == ()


def test_a_configured_alias_decides_between_services(catalog: Catalog) -> None:
    catalog.set_aliases({"shared": "notion.get_file"})

    assert catalog.get("shared").name == "notion.get_file"
    assert catalog.get("notion.get_file").aliases == ("shared",)


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("figma.get_fle", "figma.get_file"),
        ("comment", "figma.comment"),
        ("figma_fle", "figma_file"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    catalog: Catalog, asked: str, nearest: str
) -> None:
    with pytest.raises(NotFound) as raised:
        catalog.get(asked)

    assert nearest in raised.value.nearest
    assert nearest in str(raised.value)


def test_a_service_that_is_gone_takes_its_tools_along(catalog: Catalog) -> None:
    catalog.set_service("figma", ())

    assert [entry.name for entry in catalog] == ["notion.get_file"]
