"""Whatever a page holds, a statement stands word for word in the block it cites."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock_analysis.duplicates import groups
from interlock_analysis.service import Analysis
from interlock_analysis.settings import AnalysisSettings

TEXTS = [
    "We decided to use v1.2.3 of the client. It must be pinned, e.g. in the lock file. See https://x.example/a.b?c=1.",
    "Die Frist beträgt z. B. 3,5 Tage. Dr. Müller muss sie bis 3. Mai 2026 prüfen. Nr. 5 bleibt offen.",
    "版本v1.2.3已发布。价格为3.14元！必须在周五之前检查吗？",
    '버전 v1.2.3을 배포했습니다. 가격은 3.14원입니다! 금요일까지 확인해야 합니다. "네." 라고 했다.',
    "バージョン1.2.3を公開した。価格は3.14円です！「必ず確認してください。」と彼は言った。",
    "Wir müssen the build prüfen. 我们必须检查它。그리고 배포해야 합니다。Then 終わりです。",
    "Ship it 🚀. Then rest 😴 and celebrate! 🎉",
    "word " * 900 + "must end somewhere.",
    "no full stop but it must be said anyway",
    "Name | Owner must review | 3.14",
    "const a = b.c; // must not be split. Ever.",
    "1. Open the file. 2. Close it again. 3. Always check the result.",
    "Wait… what?! (Really.) “Yes,” she said. ‘No.’ Ok.",
    "第一行必须保留\n第二行。Third line must stay\n\n마지막 줄입니다",
]
TYPES = [
    "paragraph",
    "bulleted_list_item",
    "to_do",
    "quote",
    "callout",
    "table_row",
    "code",
    "toggle",
    "heading_2",
]
LISTS = ("summary", "key_points", "action_items", "decisions", "questions", "best_practices")
segments = st.lists(
    st.tuples(st.sampled_from(TEXTS), st.sampled_from(TYPES)), min_size=1, max_size=12
)


def page_of(number, parts):
    found = [
        {"block_id": f"b{number}-{index}", "type": kind, "text": text}
        for index, (text, kind) in enumerate(parts)
    ]
    return {"id": f"p{number}", "title": "", "segments": found}


def said_in(base):
    yield from base["overview"] + base["common"]
    for name in ("decisions", "best_practices", "action_items", "questions"):
        yield from base[name]
    for topic in base["topics"]:
        yield from topic["statements"]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis(AnalysisSettings(), None)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(segments)
async def test_every_statement_of_a_page_is_in_its_block(analysis, parts):
    page = page_of(1, parts)
    words = {one["block_id"]: " ".join(one["text"].split()) for one in page["segments"]}
    found = await analysis.analyze(page=page, goal="check")
    for name in LISTS:
        for statement in found[name]:
            assert statement["citations"]
            for citation in statement["citations"]:
                assert statement["text"] in words[citation["block_id"]]


@settings(max_examples=30, deadline=None)
@given(st.lists(segments, min_size=1, max_size=4))
async def test_every_statement_of_a_base_is_in_the_first_block_it_cites(analysis, pages):
    documents = [{"page": page_of(number, parts)} for number, parts in enumerate(pages)]
    words = {
        one["block_id"]: " ".join(one["text"].split())
        for document in documents
        for one in document["page"]["segments"]
    }
    base = (await analysis.knowledge_base(documents))["knowledge_base"]
    for statement in said_in(base):
        first, *others = [citation["block_id"] for citation in statement["citations"]]
        assert statement["text"] in words[first]
        assert set(others) <= words.keys()


LONG = (
    "The billing service sends every failed invoice again after {} hours, unless the customer has "
    "been told before by the account manager that the invoice is {}to be paid within {} days, "
    "which the finance team confirms in writing at the end of each quarter for all of its accounts"
)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (LONG.format(2, "", 30), LONG.format(2, "", 30).upper() + ".", True),
        (LONG.format(2, "", 30), LONG.format(2, "", 30).replace("finance", "legal"), True),
        (LONG.format(2, "", 30), LONG.format(3, "", 30), False),
        (LONG.format(2, "", 30), LONG.format(2, "not ", 30), False),
        ("Kunden zahlen immer sofort.", "Kunden zahlen immer sofort!", True),
        ("我们必须在周五之前发布新的版本并且通知所有的客户和合作伙伴以及内部的团队成员和领导。",)
        * 2
        + (True,),
        (
            "我们必须在周五之前发布新的版本并且通知所有的客户和合作伙伴以及内部的团队成员和领导。",
            "我们不必在周五之前发布新的版本并且通知所有的客户和合作伙伴以及内部的团队成员和领导。",
            False,
        ),
        (
            "모든 고객에게 금요일까지 새로운 버전을 배포하고 내부의 모든 팀에게 알려야 합니다.",
            "모든 고객에게 금요일까지 새로운 버전을 배포하고 내부의 모든 팀에게 알려야 합니다",
            True,
        ),
        ("ＡＰＩ v1.2 ist fertig und läuft gut", "API v1.2 ist fertig und läuft gut", True),
        ("It doesn’t work on Fridays at all", "It doesn't work on Fridays at all", True),
    ],
)
def test_what_tells_of_other_numbers_or_denies_is_not_the_same(left, right, same):
    assert len(groups([left, right], 0.8)) == (1 if same else 2)
