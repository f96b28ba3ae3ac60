"""Furniture goes, sentences stay."""

import pytest

from pipeline.extract.boilerplate import clean_blocks, is_furniture, trim_title
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
        "関連記事：見本市が水の協定に署名", "【関連記事】リヨン市の市長が来日", "あわせて読みたい → 姉妹都市の60年", "おすすめ情報", "詳しくはこちら", "この記事を読む", "次に読みたい", "カテゴリーをフォローする",
        "このページの情報は役に立ちましたか？", "ご意見・ご感想をお寄せください。", "記事を『マイページに保存』できます。ご利用には会員登録が必要です。", "送信する", "ページの先頭へ戻る",
        "相关阅读：两市签署合作备忘录", "【相关新闻】友好城市代表团来访", "推荐阅读：市长对话", "页面功能 【字体：大 中 小】【打印】【关闭】", "【打印】 【关闭】", "打印 关闭 收藏", "转载请注明出处：样本网", "更多新闻敬请关注样本网", "我来说两句", "级别：新手 积分：235", "第12楼",
        "[관련기사] 견본시, 자매도시와 협약", "관련 뉴스 ▶ 시장단 방문", "이 페이지에서 제공하는 정보에 만족하십니까?", "담당부서 국제협력과", "최종수정일 : 2025-11-03", "많이 본 뉴스",
        "Read also: Two cities sign on water", "Les også: To byer signerer", "À lire aussi Deux villes et un fleuve", "Lesen Sie auch: Zwei Städte am Fluss", "Lee también: Dos ciudades firman", "Читайте также: Два города подписали", "Empfohlener redaktioneller Inhalt",
        "showPaywall:", "false", "***", "→", "",
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
        "News of the agreement reached the council on Monday.", "関連記事を集めた展示が両市で開かれた。", "関連記事を集めた展示", "役に立ったと答えた市民は八割に上った。", "時間：午後2時", "时间：2025年11月3日", "作者：样本日报记者",
        "更多市民关注两市交流。", "两市相关新闻工作者举行座谈", "관련기사를 모은 전시가 열렸다.", "담당부서와 협의해 두 도시가 합의했다.", "Yes.",
        "推荐阅读的书目由两市图书馆共同选定。", "사진전은 두 도시의 관련기사를 모아 열렸다.",
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


def test_words_of_buttons_are_off_the_end_of_a_title() -> None:
    assert trim_title("市長対話 video poster") == "市長対話"
    assert trim_title("市長対話 印刷 シェアする") == "市長対話"
    assert trim_title("PR") == "PR"


def test_a_survey_of_readers_goes_with_its_answers() -> None:
    lines = (
        "本文です。",
        "このページの情報は役に立ちましたか？",
        "はい",
        "いいえ",
        "どちらでもない",
        "市長は来月も訪問を続ける予定であると述べた。",
    )
    assert [block.text for block in clean_blocks(paragraphs(*lines)).blocks] == [lines[0], lines[-1]]


@pytest.mark.parametrize("head", ["目次", "本文目录", "목차", "Table of contents", "Sommaire", "Inhaltsverzeichnis"])
def test_a_table_of_contents_goes_and_the_headings_stay(head: str) -> None:
    lines = (
        head,
        "1. 交流の歩み",
        "2. これからの計画",
        "交流の歩み",
        "両市は六十年前に提携した。",
        "これからの計画",
        "来年は若者の派遣を増やす。",
    )
    assert [block.text for block in clean_blocks(paragraphs(*lines)).blocks] == list(lines[3:])


def test_a_list_below_the_word_contents_that_does_not_come_again_stays() -> None:
    lines = ("Contents", "Two cups made in Lyon", "A bowl made in Mihon")
    assert [block.text for block in clean_blocks(paragraphs(*lines)).blocks] == list(lines[1:])


def test_a_line_above_the_text_that_repeats_most_of_the_title_goes() -> None:
    title = "견본시, 자매도시 리옹과 물 관리 협약 체결…청소년 교류도 확대"
    lines = (
        "자매도시 리옹과 물 관리 협약 체결",
        "견본시는 3일 자매도시 리옹과 물 관리 분야의 협약을 맺고 청소년 교류를 넓히기로 했다고 밝혔다.",
    )
    assert [block.text for block in clean_blocks(paragraphs(*lines), title).blocks] == [lines[1]]


def test_lines_of_a_paywall_are_kept_apart() -> None:
    cleaned = clean_blocks(paragraphs("本文です。", "この記事は会員限定です。登録すると続きをお読みいただけます。"))
    assert [block.text for block in cleaned.blocks] == ["本文です。"]
    assert cleaned.walls == ("この記事は会員限定です。登録すると続きをお読みいただけます。",)
