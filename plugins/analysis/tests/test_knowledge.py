import re

import pytest

from interlock_analysis.service import Analysis
from interlock_analysis.settings import AnalysisSettings

SHARED = "Every deployment is rolled back when the health check fails three times."


def page(number, *texts, **more):
    segments = [
        {"block_id": f"b{number}-{n}", "type": "paragraph", "text": text}
        for n, text in enumerate(texts)
    ]
    return {"id": f"p{number}", "title": f"Page {number}", "segments": segments, **more}


@pytest.fixture
def analysis() -> Analysis:
    return Analysis(AnalysisSettings(), None)  # type: ignore[arg-type]


async def test_what_several_pages_say_stands_once_and_cites_all(analysis):
    documents = [
        {"page": page(1, SHARED, "The release manager starts each deployment by hand.")},
        {"page": page(2, SHARED.replace("Every", "every").rstrip("."))},
    ]
    found = await analysis.knowledge_base(documents)
    base = found["knowledge_base"]
    said = [*base["overview"], *(s for t in base["topics"] for s in t["statements"])]
    (shared,) = [s for s in said if s["text"] == SHARED]
    assert {c["page_id"] for c in shared["citations"]} == {"p1", "p2"}
    assert found["knowledge_base"]["statistics"]["duplicates_merged"] >= 1


async def test_every_line_of_the_markdown_cites_page_and_block(analysis):
    documents = [
        {"page": page(n, SHARED + f" Number {n}.", "TODO: write it down.")} for n in (1, 2)
    ]
    documents.append({"page": {**page(3, "Untitled pages have statements as well."), "title": ""}})
    markdown = (await analysis.knowledge_base(documents, goal="x"))["markdown"]
    items = [line for line in markdown.splitlines() if line.startswith("- ")]
    assert len(items) > 2
    for line in items:
        assert re.search(r"\[(Page \d|Untitled)\]\(p(\d)/b\2-\d\)$", line), line


async def test_a_model_that_invents_blocks_is_corrected_and_reported(analysis):
    said = {
        "summary": "Every deployment is rolled back when the health check fails.",
        "key_points": [
            {"text": "Good point.", "block_id": "b1-0"},
            {"text": "Half invented.", "block_ids": ["b1-1", "nowhere"]},
            {"text": "Wholly invented.", "citations": [{"block_id": "nowhere"}]},
            {"text": "Cited as in Markdown.", "citations": ["p1/b1-0"]},
            "Something that the page never mentions at all",
        ],
        "categories": ["Operations"],
    }
    document = {"page": page(1, SHARED, "Nothing else."), "analysis": said}
    found = await analysis.knowledge_base([document])
    reported = {one["text"]: one for one in found["dropped"]}
    assert reported["Half invented."]["block_ids"] == ["nowhere"]
    assert reported["Half invented."]["kept"] is True
    assert reported["Wholly invented."]["kept"] is False
    assert len(reported) == 3
    base = found["knowledge_base"]
    kept = {s["text"] for t in base["topics"] for s in t["statements"]}
    assert "Wholly invented." not in found["markdown"]
    assert kept <= {"Good point.", "Half invented.", "Cited as in Markdown.", said["summary"]}
    (summary,) = base["pages"][0]["summary"]
    assert summary["attributed"] and summary["citations"][0]["block_id"] == "b1-0"


async def test_check_citations_gives_statements_of_one_shape(analysis):
    found = await analysis.check_citations(
        {"summary": [{"text": "x", "block_id": "b1-0"}]}, page(1, "x")
    )
    assert found["dropped"] == []
    assert found["analysis"]["summary"][0]["citations"] == [
        {"page_id": "p1", "page_title": "Page 1", "block_id": "b1-0"}
    ]


async def test_pages_of_one_property_value_make_a_topic(analysis):
    kinds = {"property_types": {"Area": "select"}}
    documents = [
        {
            "page": page(
                n, f"Statement {n} about the area of work.", properties={"Area": area}, **kinds
            )
        }
        for n, area in enumerate(["Sales", "Support", "Sales"])
    ]
    topics = (await analysis.knowledge_base(documents))["knowledge_base"]["topics"]
    assert {t["name"]: t["page_ids"] for t in topics} == {"Sales": ["p0", "p2"], "Support": ["p1"]}


async def test_a_page_with_its_analysis_inside_is_a_document_too(analysis):
    one = page(1, SHARED)
    whole = {**one, "analysis": await analysis.analyze(page=one)}
    found = await analysis.knowledge_base([whole])
    assert found == await analysis.knowledge_base([{"page": one}])


async def test_no_documents_make_an_empty_base(analysis):
    found = await analysis.knowledge_base([])
    assert found["knowledge_base"]["statistics"]["statements"] == 0


async def test_a_title_that_looks_like_markup_stays_text(analysis):
    odd = {**page(1, SHARED), "title": "[x](y) *z*"}
    markdown = (await analysis.knowledge_base([{"page": odd}]))["markdown"]
    assert r"[\[x\](y) \*z\*](p1/b1-0)" in markdown


async def test_what_a_model_says_in_few_words_stays(analysis):
    said = {"key_points": [{"text": "Use cursors", "block_id": "b1-0"}], "best_practices": []}
    document = {"page": page(1, "Prefer cursors over offsets."), "analysis": said}
    base = (await analysis.knowledge_base([document]))["knowledge_base"]
    assert [s["text"] for s in base["overview"]] == ["Use cursors"]
