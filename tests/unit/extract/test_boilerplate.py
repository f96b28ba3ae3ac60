"""Furniture goes, sentences stay."""

import pytest

from pipeline.extract.boilerplate import clean_blocks, credits_in, is_furniture, trim_title
from pipeline.model import Block, BlockKind


@pytest.mark.parametrize(
    "line",
    [
        "MENU", "目次", "コメントする", "URLをコピーしました!", "• URLをコピーしました！", "× 全画面画像", "video poster", "シェアする", "ツイート", "印刷する",
        "お問い合わせ", "このページに関するお問い合わせ", "お問い合わせ先", "電話番号：000-000-0000", "電話・ファクス：000-000-0000", "TEL 000-000-0000（代表）",
        "ファクス:000-000-0001", "国際局国際連携課 電話：000-000-0000", "Eメール：a@example.jp", "〒000-0000 見本市見本町1番", "ページID：12345", "ページ番号1234",
        "PDF形式のファイルをご覧いただく場合には、Adobe Readerが必要です。お持ちでない方はダウンロードしてください。", "資料（PDF：512KB）", "添付ファイル",
        "この記事は会員限定記事です", "無断転載を禁じます", "© 2025 Mihon City", "All rights reserved.", "更新日：2025年10月20日", "令和７年１０月２０日", "2025.07.09 18:30",
        "責任編輯：樣本", "（责任编辑：样本）", "分享到：微信 微博", "当前位置：首页 > 新闻", "首页 > 新闻 > 正文", "上一篇：样本", "扫一扫在手机打开当前页",
        "무단전재 및 재배포 금지", "저작권자 © 견본일보", "관련기사", "공유하기", "견본 기자 a@example.kr", "Share this article", "Sign up for our newsletter", "Advertisement", "Leave a comment",
        "***", "→", "",
    ],
)  # fmt: skip
def test_a_line_of_furniture_is_known(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "市長は「お問い合わせは多い」と述べた。", "電話で会談した両市長は、交流を続けることで一致した。", "2025年7月8日、天津市で市長対話が開かれた。", "令和7年10月20日に市役所で調印式を行う。",
        "目次を読むだけでも都市外交の歴史が分かる。", "メニューには姉妹都市の料理が並んだ。", "コメントする市民もいた。", "シェアサイクルの協力で両市が合意した。", "姉妹都市", "2025",
        "编辑部的故事在友好城市上演。", "友好城市代表团参观了首页新闻编辑部。", "Share of renewable energy in the sister cities grew.", "Subscribers of the orchestra travelled to Lyon.",
        "News of the agreement reached the council on Monday.", "사진전은 두 도시의 관련기사를 모아 열렸다.",
    ],
)  # fmt: skip
def test_a_sentence_that_mentions_furniture_stays(line: str) -> None:
    assert not is_furniture(line)


def paragraphs(*lines: str) -> list[Block]:
    return [Block(kind=BlockKind.PARAGRAPH, text=line) for line in lines]


def test_the_title_and_repetitions_are_no_body() -> None:
    cleaned = clean_blocks(paragraphs("市長が訪問", "本文です。", "本文です。", "続きです。"), "市長が訪問")
    assert [block.text for block in cleaned.blocks] == ["本文です。", "続きです。"]


def test_a_heading_left_alone_at_the_end_goes() -> None:
    blocks = [
        *paragraphs("本文です。"),
        Block(kind=BlockKind.HEADING, text="この件の担当"),
        *paragraphs("電話：000-000-0000"),
    ]
    assert [block.text for block in clean_blocks(blocks).blocks] == ["本文です。"]


@pytest.mark.parametrize(
    "head", ["参考", "参考リンク", "Reference(s):", "References", "Sources:", "出典：", "参考资料", "출처", "Quellen"]
)
def test_what_stands_below_a_list_of_sources_is_credited_and_no_body(head: str) -> None:
    cleaned = clean_blocks(paragraphs("本文です。", head, "Mihon official: cities meet", "mihon.example"))
    assert [block.text for block in cleaned.blocks] == ["本文です。"]
    assert cleaned.references == ("Mihon official: cities meet", "mihon.example")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("两市签署了合作备忘录。（新华社）", ["新华社"]),
        ("（样本通信社 天津8日）市長対話が開かれた。", ["样本通信社"]),
        ("来源：样本日报", ["样本日报"]),
        ("출처: 견본뉴스", ["견본뉴스"]),
        ("Source: Mihon News Agency", ["Mihon News Agency"]),
        ("市長（60）は語った。", []),
        ("会社（本社）は移転した。", []),
    ],
)
def test_credit_lines_name_their_origin(line: str, names: list[str]) -> None:
    assert credits_in(line) == names


def test_words_of_buttons_are_off_the_end_of_a_title() -> None:
    assert trim_title("市長対話 video poster") == "市長対話"
    assert trim_title("市長対話 印刷 シェアする") == "市長対話"
    assert trim_title("PR") == "PR"
