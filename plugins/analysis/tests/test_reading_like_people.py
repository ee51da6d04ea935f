"""What a reader of an analysis or a knowledge base would complain of, in many languages."""

import re

import pytest

from interlock_analysis.language import LANGUAGES
from interlock_analysis.service import Analysis
from interlock_analysis.settings import AnalysisSettings


@pytest.fixture
def analysis() -> Analysis:
    return Analysis(AnalysisSettings(), None)  # type: ignore[arg-type]


def segments(*parts):
    """``(type, text)`` or text, with block ids b0, b1 and so on."""
    pairs = [("paragraph", part) if isinstance(part, str) else part for part in parts]
    return [
        {"block_id": f"b{number}", "type": kind, "text": text, "checked": None}
        for number, (kind, text) in enumerate(pairs)
    ]


def texts(statements):
    return [statement["text"] for statement in statements]


MINUTES = segments(
    "Attendees: Ana, Bo, Dr. Diaz",
    "Decisions",
    ("bulleted_list_item", "We will ship the new onboarding flow on Monday."),
    "Trial conversion rose from 4.1 % to 5.3 % after the shorter form went live.",
    "Next steps:",
    ("bulleted_list_item", "Bo to ask Legal about the enterprise form"),
    ("numbered_list_item", "Dr. Diaz prepares the pricing survey"),
    ("table_row", "14:31 | On-call engineer declares an incident"),
    "See https://example.com/some/long/link for the details of the incident.",
    "Call client.renew() with the certificate, then check that renewed == True.",
    "for nothing can grow where nothing is ever lost.",
    "Who owns the pricing survey?",
    "Better, right?",
)


async def test_a_short_line_above_a_list_says_what_its_items_are(analysis):
    found = await analysis.analyze(segments=MINUTES)
    assert texts(found["decisions"]) == ["We will ship the new onboarding flow on Monday."]
    assert texts(found["action_items"]) == [
        "Bo to ask Legal about the enterprise form",
        "Dr. Diaz prepares the pricing survey",
    ]
    assert {task["reason"] for task in found["action_items"]} == {"heading"}


async def test_key_points_are_whole_sentences_of_prose(analysis):
    found = await analysis.analyze(segments=MINUTES)
    assert texts(found["key_points"]) == [
        "Trial conversion rose from 4.1 % to 5.3 % after the shorter form went live.",
        "We will ship the new onboarding flow on Monday.",
    ]
    assert texts(found["questions"]) == ["Who owns the pricing survey?"]


async def test_what_leans_on_the_sentence_before_comes_behind(analysis):
    found = await analysis.analyze(
        text="This makes the nightly import of all orders three times faster.\n\n"
        "The new index makes the nightly import of all orders three times faster than before."
    )
    assert found["key_points"][0]["text"].startswith("The new index")


RULES = {
    "en": ("Every endpoint must be idempotent.", "We must update the runbook."),
    "de": ("Jede Rechnung muss freigegeben werden.", "Wir müssen das Handbuch ergänzen."),
    "fr": ("Chaque image doit avoir un texte.", "Nous devons mettre à jour le guide."),
    "es": ("Las vacaciones deben solicitarse antes.", "Tenemos que revisar la guía."),
    "it": ("Ogni pagina deve avere un titolo.", "Dobbiamo aggiornare la guida."),
    "pt": ("Cada página deve ter um título.", "Precisamos atualizar o guia."),
    "nl": ("Elke pagina moet een titel hebben.", "Wij moeten de handleiding bijwerken."),
    "zh": ("所有接口必须支持重试。", "我们需要更新运维手册。"),
    "ja": ("返信が遅れる場合は必ず理由を伝えてください。", "手順書を更新する必要があります。"),
    "ko": ("보안 교육은 반드시 이수해야 합니다.", "문서를 업데이트해야 합니다."),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_rules_are_practices_and_duties_are_tasks(analysis, language):
    rule, duty = RULES[language]
    found = await analysis.analyze(segments=segments(rule, duty), language=language)
    assert texts(found["best_practices"])[:1] == [rule]
    assert rule not in texts(found["action_items"])
    if duty not in texts(found["best_practices"]):
        assert texts(found["action_items"]) == [duty]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We decided to keep the old form for another quarter.", "en"),
        ("Das Team hat beschlossen, das alte Formular zu behalten.", "de"),
        ("Nous avons décidé de garder l'ancien formulaire.", "fr"),
        ("El equipo y la dirección: se decidió mantener el formulario.", "es"),
        ("会议决定保留旧的表单。", "zh"),
        ("古いフォームを残すことを決定しました。", "ja"),
        ("기존 양식을 유지하기로 결정했습니다.", "ko"),
    ],
)
async def test_decisions_are_found(analysis, text, language):
    found = await analysis.analyze(text=text, language=language)
    assert texts(found["decisions"]) == [text] and found["action_items"] == []


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("The launch was a great success. Customers love it and support is happy.", "positive"),
        ("The release failed. Orders were lost and the outage was slow to fix.", "negative"),
        ("The launch was a success. The release failed at first and orders were lost.", "mixed"),
        ("The office has three floors. The kitchen is on the second.", "neutral"),
        ("The launch was not good and not a success.", "negative"),
        ("Die Einführung war ein Erfolg. Alle sind sehr zufrieden.", "positive"),
        ("Leider gab es viele Fehler. Der Ausfall war schlimm.", "negative"),
        ("改版很成功，用户非常满意。", "positive"),
        ("首页加载太慢，用户流失严重，投诉很多。", "negative"),
        ("출시는 성공적이었고 고객이 만족했습니다.", "positive"),
        ("システム障害が発生し、エラーが続き、不満が多かった。", "negative"),
    ],
)
async def test_the_tone_of_a_text(analysis, text, tone):
    assert (await analysis.analyze(text=text))["sentiment"] == tone


WIKI = {
    "Outage": [
        "The checkout service stopped accepting orders for 47 minutes on Monday.",
        "The cause was an expired certificate that nobody owned.",
        "Clients get 100 requests a minute.",
    ],
    "API": [
        "Clients get 100 requests a minute!",
        "Prefer cursor pagination over offsets, because offsets skip rows.",
        "The server answers 429 with a Retry-After header beyond the limit.",
    ],
    "Rechnungen": [
        "Am 3. Mai 2026 wurde die Grenze auf 500 € gesenkt.",
        "Im August waren 18 % der Rechnungen länger als 14 Tage offen.",
    ],
    "规划": ["首页平均加载时间为4.8秒。", "竞争对手的应用只有2.1秒。"],
    "온보딩": ["개발 환경은 Docker 기반이며 설치에 약 30분이 걸립니다."],
    "Empty": [],
}
FOOTER = "This site is made by volunteers who answer within a few days."


def wiki(*more):
    return [
        {
            "page": {
                "id": f"page-{number}",
                "title": title,
                "url": f"https://www.notion.so/x{number}",
                "segments": [
                    {"block_id": f"{number}-{n}", "type": "paragraph", "text": text}
                    for n, text in enumerate([*lines, *more])
                ],
            }
        }
        for number, (title, lines) in enumerate(WIKI.items())
    ]


async def test_no_statement_of_a_knowledge_base_stands_twice(analysis):
    found = await analysis.knowledge_base(wiki(), goal="limits of requests")
    lines = [line for line in found["markdown"].splitlines() if line.startswith("- ")]
    said = [re.sub(r" \[.*", "", line).rstrip(".!") for line in lines]
    assert len(said) == len(set(said)) >= 8
    base = found["knowledge_base"]
    (shared,) = [s for s in base["overview"] if s["text"].startswith("Clients get")]
    assert {c["page_title"] for c in shared["citations"]} == {"Outage", "API"}


async def test_the_overview_speaks_of_every_page_before_it_repeats_one(analysis):
    base = (await analysis.knowledge_base(wiki()))["knowledge_base"]
    cited = [s["citations"][0]["page_title"] for s in base["overview"]]
    assert set(cited[:5]) == set(WIKI) - {"Empty"}


async def test_what_every_page_says_is_set_aside(analysis):
    base = (await analysis.knowledge_base(wiki(FOOTER)))["knowledge_base"]
    assert texts(base["common"]) == [FOOTER]
    assert len(base["common"][0]["citations"]) == len(WIKI)
    others = [*base["overview"], *(s for t in base["topics"] for s in t["statements"])]
    assert FOOTER not in texts(others) and len(others) > 6


async def test_citations_lead_to_the_block(analysis):
    found = await analysis.knowledge_base(wiki())
    assert '[规划](https://www.notion.so/x3#30 "page-3/3-0")' in found["markdown"]
    assert (
        "| [Empty](<https://www.notion.so/x5>) | nothing that could be quoted |"
        in (found["markdown"])
    )


async def test_terms_are_words_and_not_pieces_of_them(analysis):
    text = "首页平均加载时间为4.8秒。竞争对手的平均加载时间只有2.1秒。平均加载时间要缩短。"
    found = await analysis.analyze(text=text)
    assert found["terms"] == ["平均加载时间"]
    german = "Die Teamleitung gibt Rechnungen frei. Niemand gibt Rechnungen allein frei."
    assert (await analysis.analyze(text=german))["terms"] == ["Rechnungen"]


async def test_a_page_in_two_languages_is_read_in_both(analysis):
    found = await analysis.analyze(
        segments=segments(
            "The team met on Monday and talked about the new mobile home page.",
            "We need to measure the loading time on old phones.",
            "首页平均加载时间为4.8秒。我们需要更新运维手册。",
            "문서를 업데이트해야 합니다. 개발 환경은 Docker 기반입니다.",
        )
    )
    assert texts(found["action_items"]) == [
        "We need to measure the loading time on old phones.",
        "我们需要更新运维手册。",
        "문서를 업데이트해야 합니다.",
    ]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ana should call the supplier before Friday.", "en"),
        ("Frau Weiß sollte den Vertrag bis Freitag prüfen.", "de"),
        ("Amélie doit relancer le fournisseur avant vendredi.", "fr"),
        ("鈴木さんは来週までに必ず画像を圧縮してください。", "ja"),
    ],
)
async def test_a_day_by_which_makes_a_rule_a_task(analysis, text, language):
    found = await analysis.analyze(text=text, language=language)
    assert texts(found["action_items"]) == [text] and found["best_practices"] == []


async def test_half_of_a_quotation_is_neither_task_nor_point(analysis):
    said = ("quote", '"We don\'t need more dashboards. We need to know which truck is late."')
    found = await analysis.analyze(segments=segments(said))
    assert found["action_items"] == found["key_points"] == []


async def test_numbers_do_not_make_a_sentence_less_of_one(analysis):
    text = "Recall@10 rose from 0.71 (BM25) to 0.83 (dense) and 0.88 (hybrid)."
    assert texts((await analysis.analyze(text=text))["key_points"]) == [text]
