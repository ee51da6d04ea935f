import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_analysis.language import LANGUAGES, language_of
from interlock_analysis.sentences import ranges, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. It is fast.", ["It works.", "It is fast."]),
        ("Dr. Smith met Mr. Jones. They spoke.", ["Dr. Smith met Mr. Jones.", "They spoke."]),
        ("Pi is 3.14. Version 2.0 came.", ["Pi is 3.14.", "Version 2.0 came."]),
        ("Use a list, e.g. this one. Done!", ["Use a list, e.g. this one.", "Done!"]),
        ("See notion.so for more. Go on.", ["See notion.so for more.", "Go on."]),
        ('"Stop!" he said. She left.', ['"Stop!" he said.', "She left."]),
        ("He asked “Why?” Nobody knew.", ["He asked “Why?”", "Nobody knew."]),
        ("J. R. R. Tolkien wrote it. We read it.", ["J. R. R. Tolkien wrote it.", "We read it."]),
        ("Wait… what? Yes.", ["Wait… what?", "Yes."]),
        ("Pens, ink etc. The rest is here.", ["Pens, ink etc.", "The rest is here."]),
        ("One line\nanother line", ["One line", "another line"]),
        ("1. First step", ["1. First step"]),
        ("So did I. Then we left.", ["So did I.", "Then we left."]),
        (
            "The U.S. Army came. He is in the U.S. She left.",
            ["The U.S. Army came.", "He is in the U.S.", "She left."],
        ),
        (
            "At 5 p.m. Pacific time it ends. We met at 5 p.m. Then we left.",
            ["At 5 p.m. Pacific time it ends.", "We met at 5 p.m.", "Then we left."],
        ),
        ("Use fig. 3 and sec. 4.2. Then v1.2.3.", ["Use fig. 3 and sec. 4.2.", "Then v1.2.3."]),
        ("Two steps: 1. Open. Then: 2. Close.", ["Two steps: 1. Open.", "Then: 2. Close."]),
        (
            "See https://x.y/a.b?c=1. Ship it 🚀. Go!",
            ["See https://x.y/a.b?c=1.", "Ship it 🚀.", "Go!"],
        ),
    ],
)
def test_english_is_split_where_a_reader_would(text, expected):
    assert sentences(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Das ist gut. Wir gehen.", ["Das ist gut.", "Wir gehen."]),
        ("Am 3. Mai kam z. B. Anna. Sie blieb.", ["Am 3. Mai kam z. B. Anna.", "Sie blieb."]),
        ("Die 2. Auflage kostet ca. 20 Euro. Gut so.", None),
        ("Das gilt u.a. für Autos, bzw. Räder. Ende.", None),
        ("„Kommst du?“ fragte er. Sie nickte.", ["„Kommst du?“ fragte er.", "Sie nickte."]),
        ("Er wurde 30. Dann ging er.", ["Er wurde 30.", "Dann ging er."]),
    ],
)
def test_german_knows_ordinals_and_abbreviations(text, expected):
    found = sentences(text, "de")
    assert len(found) == 2
    assert expected is None or found == expected


def test_chinese_needs_no_space_between_sentences():
    text = "今天开会。我们讨论了3.5版本!“可以吗？”他问。Notion很好。"
    assert sentences(text, "zh") == [
        "今天开会。",
        "我们讨论了3.5版本!",
        "“可以吗？”",
        "他问。",
        "Notion很好。",
    ]


def test_korean_sentences_end_at_their_marks():
    text = "회의를 했습니다. 버전 2.1을 배포했나요? 네, 어제 했습니다."
    assert sentences(text, "ko") == [
        "회의를 했습니다.",
        "버전 2.1을 배포했나요?",
        "네, 어제 했습니다.",
    ]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The quick fox is in the garden with us", "en"),
        ("Der schnelle Fuchs ist mit uns im Garten", "de"),
        ("我们用 Notion 写文档", "zh"),
        ("Notion API로 페이지를 읽습니다", "ko"),
        ("ページを読み込みます", "ja"),
        ("Le renard est dans le jardin avec nous", "fr"),
        ("", "en"),
    ],
)
def test_the_language_is_found_by_script_and_common_words(text, language):
    assert language_of(text) == language


_PIECES = (
    """word Word z.B. Dr. 3.14 3. “ ” ( ) . ! ? … 。 ？ 字 한국 I e.g. http://a.b/c?d=e » « \n"""
)
pieces = st.lists(st.sampled_from([*_PIECES.split(" "), " ", "\t", "\u00a0"])).map("".join)


@given(st.text() | pieces, st.sampled_from(LANGUAGES))
def test_nothing_but_white_space_lies_between_sentences(text, language):
    found = ranges(text, language)
    end = 0
    for start, stop in found:
        assert start >= end and not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip() != ""
        end = stop
    assert not text[end:].strip()


@given(pieces, st.sampled_from(LANGUAGES))
def test_no_sentence_holds_a_line_break(text, language):
    assert not any(re.search(r"\S\n\S", sentence) for sentence in sentences(text, language))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "de",
            ["Siehe Abb. 2 bzw. Tab. 3.", "Die GmbH & Co. KG haftet.", "Er kam um 15 h.", "Gut."],
        ),
        ("fr", ["« Vraiment ? » demanda-t-elle.", "Mme. Curie est arrivée à 15 h.", "Voir p. 12."]),
        (
            "es",
            [
                "El Sr. García y la Dra. Ruiz llegaron a las 15 h.",
                "¿De verdad?",
                "¡Sí!",
                "EE. UU. es grande.",
            ],
        ),
        ("zh", ["是的……不过很贵。", "Dr. Wang来了。", "版本2.0已发布。"]),
        ("ja", ["「こんにちは。」と彼は言った。", "でも…高いです。", "本当ですか？"]),
        ("ko", ['"네."', "가격은 3.5원입니다.", "버전 2.0이 나왔습니다.", "다음 단계는?"]),
        ("en", ["No. 5 is alive.", "He works at Acme Inc.", "The firm is old.", "Yes... and no."]),
    ],
)
def test_what_looks_like_an_end_and_is_none(language, expected):
    joint = "" if language in ("zh", "ja") else " "
    assert sentences(joint.join(expected), language) == expected
