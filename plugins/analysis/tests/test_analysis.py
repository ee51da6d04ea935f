import pytest

from interlock.sdk import InvalidInput
from interlock_analysis.service import Analysis
from interlock_analysis.settings import AnalysisSettings

SEGMENTS = [
    {"block_id": "h1", "type": "heading_1", "text": "Billing"},
    {
        "block_id": "p1",
        "type": "paragraph",
        "text": "Invoices are sent by the billing service every night. The weather was nice.",
        "heading_path": ["Billing"],
    },
    {
        "block_id": "c1",
        "type": "code",
        "text": "for entry in ledger: reconcile entry with bank statement",
        "heading_path": ["Billing"],
    },
    {
        "block_id": "l1",
        "type": "bulleted_list_item",
        "text": "Failed invoices are sent again by the billing service after an hour",
        "heading_path": ["Billing"],
    },
    {
        "block_id": "p2",
        "type": "paragraph",
        "text": "We need to document the retry limit by 2026-12-01. Who owns the service?",
        "heading_path": ["Billing"],
    },
    {"block_id": "t1", "type": "to_do", "text": "Ask finance", "checked": False},
    {"block_id": "t2", "type": "to_do", "text": "Ask legal", "checked": True},
]
PAGE = {"id": "page-1", "title": "Billing notes", "url": "https://x", "segments": SEGMENTS}


@pytest.fixture
def analysis() -> Analysis:
    return Analysis(AnalysisSettings(), None)  # type: ignore[arg-type]


def cited_blocks(statements):
    return {c["block_id"] for statement in statements for c in statement["citations"]}


async def test_every_statement_stands_word_for_word_in_the_block_it_cites(analysis):
    found = await analysis.analyze(page=PAGE, goal="how are invoices sent")
    texts = {segment["block_id"]: segment["text"] for segment in SEGMENTS}
    said = [*found["summary"], *found["key_points"], *found["action_items"], *found["questions"]]
    assert found["key_points"] and len(said) > 5
    for statement in said:
        (citation,) = statement["citations"]
        assert citation["page_id"] == "page-1" and citation["page_title"] == "Billing notes"
        assert statement["text"] in texts[citation["block_id"]]


async def test_code_and_headings_are_not_prose(analysis):
    found = await analysis.analyze(page=PAGE)
    assert not {"c1", "h1"} & cited_blocks(found["key_points"])


async def test_statements_that_share_words_of_the_goal_come_first(analysis):
    weather = await analysis.analyze(page=PAGE, goal="the weather, was it nice weather")
    invoices = await analysis.analyze(page=PAGE, goal="failed invoices sent again")
    assert weather["key_points"][0]["text"] != invoices["key_points"][0]["text"]
    assert invoices["key_points"][0]["citations"][0]["block_id"] == "l1"


async def test_tasks_come_from_todos_and_from_obligations(analysis):
    found = await analysis.analyze(page=PAGE)
    tasks = {task["text"]: task for task in found["action_items"]}
    assert tasks["Ask finance"]["done"] is False and tasks["Ask legal"]["done"] is True
    owed = tasks["We need to document the retry limit by 2026-12-01."]
    assert owed["due"] == "2026-12-01" and owed["reason"] == "obligation"
    assert len(tasks) == 3


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das Treffen war gut. Wir müssen noch die Rechnung prüfen. Danach gab es Kuchen.", "de"),
        ("会议很顺利。我们需要更新文档。天气很好。", "zh"),
        ("회의는 좋았습니다. 문서를 업데이트해야 합니다. 날씨가 좋았습니다.", "ko"),
        ("会議は良かったです。文書を更新してください。天気は良かったです。", "ja"),
    ],
)
async def test_tasks_are_found_in_other_languages(analysis, text, language):
    found = await analysis.analyze(text=text)
    assert found["language"] == language
    assert len(found["action_items"]) == 1


async def test_the_question_is_kept_apart(analysis):
    found = await analysis.analyze(page=PAGE)
    assert [q["text"] for q in found["questions"]] == ["Who owns the service?"]


async def test_repeated_statements_are_said_once(analysis):
    text = "The nightly job sends every invoice to the customer by mail."
    again = text.replace("mail.", "mail!")
    segments = [{"block_id": str(n), "text": t} for n, t in enumerate([text, again, text])]
    found = await analysis.analyze(segments=segments)
    assert len(found["key_points"]) == 1


async def test_the_same_text_gives_the_same_analysis(analysis):
    first = await analysis.analyze(page=PAGE, goal="invoices")
    assert first == await analysis.analyze(page=PAGE, goal="invoices")


async def test_a_page_of_code_only_has_nothing_to_say(analysis):
    found = await analysis.analyze(segments=[{"block_id": "c", "type": "code", "text": "x = 1"}])
    assert found["summary"] == found["key_points"] == []


async def test_a_property_that_tells_progress_is_no_category(analysis):
    page = {
        **PAGE,
        "properties": {"Area": "Finance", "Tags": ["Money"], "Status": "Done", "Note": "x"},
        "property_types": {"Area": "select", "Tags": "multi_select", "Status": "select"},
    }
    found = await analysis.analyze(page=page)
    names = {c["name"] for c in found["categories"] if c["source"] == "property"}
    assert names == {"Finance", "Money"}


async def test_exactly_one_subject_is_taken(analysis):
    with pytest.raises(InvalidInput):
        await analysis.analyze()
    with pytest.raises(InvalidInput):
        await analysis.analyze(text="a", segments=[])


async def test_a_segment_without_text_is_named_by_its_path(analysis):
    with pytest.raises(InvalidInput) as caught:
        await analysis.analyze(segments=[{"block_id": "a"}])
    assert caught.value.path == "$.segments[0]"


async def test_only_the_parts_that_are_wanted_are_filled(analysis: Analysis) -> None:
    whole = await analysis.analyze(page=PAGE)
    part = await analysis.analyze(page=PAGE, kinds=["action_items", "categories"])
    assert part["action_items"] == whole["action_items"] != []
    assert part["categories"] == whole["categories"] != []
    assert part["summary"] == part["key_points"] == [] and part["sentiment"] is None
    assert part.keys() == whole.keys()
