"""Lines that belong to the page and not to its text: share bars, contact boxes, reader notices, and the credits below it.

Whole lines only. A line goes where everything it says is furniture; a sentence that merely mentions a telephone stays.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.extract.access import is_wall_line
from pipeline.extract.credits import read_credits, read_translation
from pipeline.extract.margins import (
    contact_box,
    contents_box,
    is_head_line,
    is_prose,
    is_tail_line,
    says_title,
    survey_box,
)
from pipeline.model import Block, BlockKind
from pipeline.text.clean import fold

# Lines that are nothing but these words, after marks and spaces at both ends are off.
_WORDS = frozenset(
    word.strip().casefold()
    for word in """
    MENU|Menu|メニュー|メニューを開く|メニューを閉じる|閉じる|全画面画像|video poster|目次|もくじ|コメントする|コメント|コメントを書く|コメントを残す|コメントはこちら
    URLをコピーしました|URLをコピーする|URLをコピー|リンクをコピー|リンクをコピーしました|コピーしました|シェア|シェアする|シェアしてください|ツイート|ツイートする|ポスト|ポストする
    印刷|印刷する|印刷用ページ|印刷用ページを表示する|このページを印刷|保存|保存する|拡大|縮小|文字サイズ|標準|大きく|検索|ログイン|会員登録|新規登録|フォロー|フォローする|ページトップへ|ページの先頭へ|ページの先頭へ戻る
    トップへ戻る|トップページ|ホーム|一覧へ戻る|一覧に戻る|前へ|次へ|前の記事|次の記事|戻る|本文|ここから本文です|本文ここから|本文ここまで|続きを読む|この記事を読む|記事を読む|もっと見る|もっと読む
    関連記事|関連リンク|関連情報|あわせて読みたい|おすすめ記事|おすすめ情報|人気記事|ランキング|アクセスランキング|最新記事|PR|AD|広告|スポンサーリンク|お気に入り|いいね|いいね!|写真|動画|画像|写真一覧|画像一覧
    LINEで送る|はてなブックマーク|Pocket|Facebookでシェア|Xでシェア|Twitterでシェア|LINEでシェア|メールで送る|音声読み上げ|読み上げる|別ウィンドウで開く|新しいウィンドウで開きます|外部リンク
    分享|分享到|分享至|打印|关闭|收藏|复制链接|返回顶部|返回首页|上一篇|下一篇|首页|评论|发表评论|相关新闻|相关阅读|相关链接|推荐阅读|延伸阅读|點擊分享|列印|關閉|複製連結|回頂部|上一則|下一則|相關新聞|相關連結|評論|字号|大|中|小|字體大小|扫一扫
    공유|공유하기|인쇄|프린트|스크랩|글자크기|글씨크기|목록|목록으로|이전글|다음글|댓글|댓글쓰기|관련기사|기사 공유|기사공유하기|URL복사|링크 복사|페이스북|트위터|카카오톡|카카오스토리|네이버블로그|맨위로|닫기|기사제보|좋아요|구독|구독하기
    Share|Share this|Share this article|Share on Facebook|Share on Twitter|Share on X|Tweet|Print|Email|E-mail|Save|Copy link|Link copied|Close|Search|Log in|Sign in|Sign up|Subscribe|Back to top|Read more|Related articles|Related stories|Related|Advertisement|Advertising|Leave a comment|Leave a reply|Post a comment|Comments|Add a comment|Table of contents|Contents|Skip to content|Skip to main content|Home|Next|Previous
    目次を開く|目次を閉じる|もくじを開く|送信|送信する|確認画面へ|確認する|ご意見をお聞かせください|役に立った|役に立たなかった|どちらともいえない|見つけやすかった|見つけにくかった|わかりやすかった|わかりにくかった|分かりやすかった|分かりにくかった
    返信|返信する|引用|引用する|通報する|違反報告|フォローする|カテゴリーをフォローする|キーワードをフォローする|あとで読む|マイページに保存|この記事をお気に入りに追加|関連ページ|関連コンテンツ|関連サイト|関連ニュース|このカテゴリの他のページ|同じカテゴリの記事|この記事に関連するページ|次に読みたい|よく読まれている記事|よく読まれています
    责任编辑|相关文章|相关报道|相关专题|相关推荐|相关内容|猜你喜欢|热门推荐|热点推荐|热门文章|最新文章|更多新闻|更多文章|延伸閱讀|推薦閱讀|相關報導|相關文章|熱門新聞|打印本页|打印此页|关闭窗口|关闭本页|收藏本页|我要纠错|纠错|我来说两句|我要评论|网友评论|引用回复|收藏此帖|扫码分享|返回列表
    관련 기사|관련뉴스|관련 뉴스|추천기사|추천 기사|많이 본 뉴스|많이 본 기사|인기기사|최신기사|이 기사를 공유합니다|기사 스크랩|기사스크랩|글자 크기|글자크기 설정|만족도 조사|만족도조사|의견등록|의견 등록|담당부서|목차|첨부파일|다운로드|미리보기|바로보기
    Recommended|Recommended videos|Recommended stories|Most read|Most popular|You may also like|You might also like|More on this story|More on this topic|Related topics|Related content|Related links|Related news|Read next|Up next|In this article|On this page|Jump to|Was this helpful?|Download|Downloads|Attachments
    Empfohlener redaktioneller Inhalt|Empfohlener externer Inhalt|Externer Inhalt|Ein Klick für den Datenschutz|Mehr zum Thema|Lesen Sie auch|Auch interessant|Das könnte Sie auch interessieren|Meistgelesen|Verwandte Themen|Weitere Artikel|Inhaltsverzeichnis|Zum Seitenanfang|Nach oben|Seite drucken|Seite teilen
    À lire aussi|Sur le même sujet|À voir aussi|Articles liés|Articles similaires|Les plus lus|Sommaire|Haut de page|Retour en haut|Retour à la liste|Imprimer la page|Partager la page|Télécharger
    Lea también|Lee también|Te puede interesar|Le puede interesar|Noticias relacionadas|Artículos relacionados|Más noticias|Lo más leído|Más leídas|Índice|Tabla de contenidos|Compartir en Facebook|Volver arriba|Descargar
    Читайте также|По теме|Похожие новости|Другие новости|Популярное|Содержание|Версия для печати|Наверх|Назад к списку|Скачать|Leggi anche|Articoli correlati|Condividi|Stampa|Leia também|Compartilhar|Lees ook|Läs också|Læs også|Les også|Czytaj też|Çok okunanlar|Etiketler|Baca juga
    記者発表資料|報道発表資料|報道資料|プレスリリース|ニュースリリース|お知らせ|新着情報|보도자료|新闻动态|Press release|News release|News
    Partager|Imprimer|Commentaires|Laisser un commentaire|Lire aussi|Publicité|Teilen|Drucken|Kommentare|Merken|Anzeige|Compartir|Imprimir|Comentarios|Publicidad|Поделиться|Распечатать|Комментарии|Реклама
    """.replace("\n", "|").split("|")
    if word.strip()
)  # fmt: skip
_EDGE = re.compile(r"^[\s\W_]+|[\s\W_]+$")

_LINE_FORMS = (
    # contact boxes of town halls
    r"(?:この(?:ページ|記事|情報)に(?:関する|ついての))?お?問い?合わせ(?:先|は.{0,20})?",
    r"このページの?(?:作成|担当|情報)?(?:担当|作成者|発信元).{0,60}",
    r"(?:直通)?(?:電話|TEL|Tel|tel|☎|ファクス|ファックス|ＦＡＸ|FAX|Fax|代表|内線)(?:番号|・ファクス)?\s*[:：]?\s*[\d(（+０-９].{0,60}",
    r"(?:電話|電話番号|ファクス|ファクス番号|Eメール|メール|メールアドレス|所在地|住所|E-?mail)\s*[:：].{0,80}",
    r"(?:郵便番号|〒)\s*[:：]?\s*[\d０-９]{3}.{0,80}",
    r"(?:メール)?(?:お問い?合わせ|送信)フォーム(?:へ|はこちら).{0,10}|(?:問い?合わせ|メール)フォーム",
    r".{2,40}(?:局|部|課|室|係|担当|センター|グループ)\s*(?:電話|TEL|ＴＥＬ)\s*[:：]?.{0,60}",
    r"ページ\s*(?:ID|ＩＤ|番号)\s*[:：]?.{0,20}|(?:記事|コンテンツ)(?:ID|ＩＤ|番号)\s*[:：]?.{0,20}|ID番号\s*[:：]?.{0,20}",
    # the date of the page, which is read elsewhere
    r"(?:最終)?(?:更新|公開|掲載|登録|発表|発行|配信|作成|投稿)(?:日|年月日|日時)?\s*[:：]?\s*(?:令和|平成|20)[\d０-９元〇一二三四五六七八九十]{1,3}.{4,30}",
    r"(?:令和|平成|昭和|19|20|２０)[\d０-９元〇一二三四五六七八九十]{1,2}\s?[年./／-][\s\d０-９一二三四五六七八九十.年月日号／/:：-]{3,16}(?:[(（][日月火水木金土祝・]{1,3}(?:曜日?)?[)）])?",
    r"(?:发布|發布|發佈|发表|更新)(?:时间|時間|日期)\s*[:：].{6,60}|(?:등록|작성|수정|게시|입력)(?:일|일자|일시)?\s*[:：]?\s*20\d\d.{6,40}",
    # readers for files
    r".{0,40}(?:PDF|ＰＤＦ).{0,30}(?:閲覧|ご覧|開く|表示|見る).{0,60}(?:必要|ダウンロード|ください|場合があります).{0,60}",
    r".{0,20}(?:Adobe|アドビ).{0,40}(?:Reader|リーダー).{0,120}",
    r".{0,60}[(（\[]\s*(?:PDF|ＰＤＦ|Word|ワード|Excel|エクセル)(?:形式|ファイル)?\s*[:：,、・／/]?\s*[\d.,０-９]+\s*(?:KB|MB|キロバイト|メガバイト|ＫＢ|ＭＢ).{0,12}",
    r"添付(?:ファイル|資料)|ダウンロード|関連(?:ファイル|資料|ページ)|外部(?:サイト)?リンク.{0,10}|別ウィンドウで(?:開く|開きます).{0,10}",
    # the page about itself
    r"(?:この|当)(?:ページ|記事|情報)は(?:お?役に立ち|見つけやす|分かりやす|わかりやす).{0,60}|(?:より良い|よりよい)(?:ウェブ|ホーム).{0,100}",
    r"(?:記事|ページ)を(?:印刷|シェア|共有|保存|ツイート).{0,10}|この記事を(?:シェア|共有|友達|SNS).{0,20}|この記事(?:は|の).{0,12}(?:会員限定|有料会員).{0,60}",
    r"(?:有料)?会員(?:限定|登録|になる).{0,60}(?:ログイン|登録|お申し込み|こちら).{0,40}",
    r"(?:無断(?:転載|複製|使用)|転載).{0,30}(?:禁じ|禁止|お断り|ご遠慮).{0,30}",
    r"(?:Copyright|©|\(c\)|Ⓒ)\s.{0,120}|.{0,80}All [Rr]ights [Rr]eserved.{0,40}|著作権は.{0,60}帰属.{0,30}",
    r"(?:LINE|X|Twitter|Facebook|Instagram|YouTube|はてな)(?:\s?[/・、|]\s?(?:LINE|X|Twitter|Facebook|Instagram|YouTube|はてな|Pocket))+",
    r"(?:アプリ|スマホ)で(?:開く|読む|見る).{0,20}|[\d,]+\s*(?:views?|件のコメント|comments?|回視聴|阅读|閱讀|次浏览)",
    r"ツイートする.{0,20}シェアする.{0,20}|(?:\d+\s*)?文字(?:サイズ)?(?:を)?(?:変更|の大きさ).{0,20}",
    # lines that lead to other articles: a label, then their title
    r"(?:[\[【(（<＜■▼▶◆●→»]\s*)*(?:関連(?:記事|リンク|ページ|ニュース)|あわせて読みたい|合わせて読みたい|おすすめ(?:記事|情報)?|次の記事|前の記事|この記事を読む|詳しくはこちら|続きはこちら)(?:\s*[\]】)）>＞:：→»|｜]\s*.{0,120}|\s.{0,100}|(?:は|を)(?:こちら|見る|読む).{0,10})?",
    r"(?:[\[【(（]\s*)?(?:相关(?:阅读|报道|新闻|链接|文章|专题)|相關(?:閱讀|報導|新聞|連結)|推荐阅读|推薦閱讀|延伸(?:阅读|閱讀)|更多(?:阅读|精彩|新闻|資訊)|猜你喜欢)\s*[\]】)）:：>》].{0,120}|(?:[\[【(（▶]\s*)?(?:관련\s?(?:기사|뉴스)|추천\s?기사|함께 (?:볼 만한|읽으면 좋은) (?:기사|뉴스))\s*[\]】)）:：▶>].{0,120}",
    r"(?:[→»▶>*]\s*)?(?i:also read|read also|read next|read more|see also|related|recommended|more|don['’]t miss|les også|läs också|läs mer|læs også|lue myös|lees ook|leggi anche|(?:lea|lee|leer|vea) también|te puede interesar|leia (?:também|mais)|(?:à )?(?:lire|voir) (?:aussi|également)|sur le même sujet|(?:lesen|sehen) sie (?:auch|hier)|mehr zum thema|auch interessant|читайте также|по теме|čtěte také|čtěte i|czytaj (?:też|także|również)|baca juga|ayrıca oku\w*|ilgili haber)\s*[:：>»|]\s*.{1,150}",
    r"(?:À (?:lire|voir) (?:aussi|également)|Lesen Sie auch|Les også|Leggi anche|Lee también|Читайте также|Baca juga)\s.{5,120}[^.!?。]",
    # asking the reader, and what a player or an embedded page leaves behind
    r"(?:このページ(?:の内容|の情報)?|この情報|当サイト)(?:は|を|が|に|で).{0,30}(?:役に立|参考になり|見つけやす|分かりやす|わかりやす|お気づき|満足).{0,60}|(?:ご意見|ご感想|アンケート)(?:・ご感想)?(?:を|に).{0,30}(?:お寄せ|お聞かせ|ご協力|お願い).{0,60}|※?\s?(?:こちらの欄|このフォーム|個人情報は?).{0,20}(?:入力|回答|返信).{0,60}",
    r"(?:記事|カテゴリー?|キーワード|タグ)(?:を|に)(?:マイページ|『|「|フォロー|クリップ|保存|リアクション).{0,80}(?:できます|必要です)。?.{0,40}|『?カテゴリーをフォロー』?すると.{0,80}|ご利用には(?:会員|無料)?(?:会員)?登録が必要です.{0,20}",
    r"(?:이 (?:페이지|정보)|본 (?:페이지|콘텐츠))(?:의|에서|에)?.{0,40}(?:만족|도움).{0,40}|(?:콘텐츠|페이지) ?(?:만족도|담당자?|관리).{0,40}|담당\s?부서(?:\s*[:：]|\s).{0,40}|최종\s?수정일\s*[:：]?.{0,30}",
    r"(?i:an dieser stelle (?:finden|befindet) .{0,200}|ich bin damit einverstanden, dass .{0,300}|wie hat ihnen (?:dieser|der) artikel gefallen.{0,10}|durchschnittliche bewertung\s*[:：].{0,20}|(?:we use cookies|this content is hosted by).{0,200})",
    r"(?:true|false|null|undefined|NaN)|[a-z]+[A-Z]\w{0,40}\s*:|(?:\{|\}|\[|\]|;|var \w+ ?=.{0,80})+",
    # forum tables
    r"(?:级别|等级|積分|积分|发帖数?|精华|威望|注册时间|楼主|楼层|发表于|回复数?|点击数?)\s*[:：]\s*[^。！？]{0,50}|第?\s?\d{1,4}\s?(?:楼|樓|#|F)|(?:收藏|回复|引用|举报|删除|编辑)(?:此帖|本帖)?(?:\s+(?:收藏|回复|引用|举报|删除|编辑)(?:此帖|本帖)?)+",
    r"(?:投稿者|投稿日時?|返信数|閲覧数|スレッド)\s*[:：]?\s*[^。]{0,40}\d[^。]{0,20}",
    # paths and bars of links
    r"(?:当前位置|您(?:的|所在的)位置|您现在的位置|现在位置|目前位置|現在位置|現在地|你的位置)\s*[:：]?.{0,150}",
    r"(?:首页|首頁|ホーム|トップ(?:ページ)?|HOME|Home|홈|Accueil|Startseite)\s*(?:>|＞|»|›|→|->|/|｜|\|).{0,150}",
    r"(?:[^|｜。.]{1,14}[|｜]){3,}[^|｜]{0,14}|(?:\S{1,8} [-·・] ){4,}\S{1,8}",
    # Chinese
    r"[\[【(（]?\s*(?:责任编辑|責任編輯|编辑|編輯|责编|責編|校对|校對|审核|編審)\s*[:：].{0,40}",
    r"(?:浏览|点击|阅读|閱讀|點閱)(?:次数|量|數|数)?\s*[:：]?\s*\d+.{0,10}|字[号號体體]\s*[:：].{0,20}|(?:分享到|分享至|分享)\s*[:：].{0,40}",
    r"(?:扫|掃)(?:一扫|描|码|碼).{0,50}|.{0,12}(?:微信|公众号|公眾號|客户端|客戶端).{0,20}(?:扫|关注|關注|下载|下載).{0,30}",
    r".{0,60}(?:版权|版權)所有.{0,100}|(?:版权|版權|免责|免責)(?:声明|聲明).{0,200}|(?:未经|未經)(?:授权|授權|许可|許可).{0,60}(?:转载|轉載|使用).{0,30}",
    r"(?:上一篇|下一篇|上一条|下一条|上一則|下一則)\s*[:：].{0,100}|(?:原标题|原標題)\s*[:：].{0,120}",
    r"(?:\S{0,8}\s*)?(?:[【\[［(（]\s*(?:打印|关闭|關閉|收藏|推荐|字体|字號|字号|我来说两句|我要|转发|分享|大|中|小|列印)[^】\]］)）]{0,12}[】\]］)）]\s*){2,}|(?:转载|轉載)(?:请|請|时|時|须|須).{0,80}|.{0,30}(?:未经|未經).{0,16}(?:授权|授權|许可|許可|同意).{0,30}(?:转载|轉載|使用|复制).{0,40}|更多.{0,40}(?:请|請|敬请|尽在|盡在)\s?(?:关注|關注|访问|訪問|登录|点击|下载|浏览)?.{0,60}|(?:打印|关闭|收藏|分享|返回顶部)(?:\s+(?:打印|关闭|收藏|分享|返回顶部)){1,4}",
    # Korean
    r".{0,30}무단\s?전재.{0,40}|.{0,20}저작권자.{0,60}|.{0,30}재배포\s?금지.{0,30}|(?:담당부서|담당자|연락처|문의처|문의|전화번호|팩스)\s*[:：].{0,60}",
    r".{2,20}\s?기자\s+[\w.+-]+@[\w.-]+|[\w.+-]+@[\w-]+\.[\w.-]+",
    # Western
    r"(?:Share|Follow|Like|Find|Join) (?:this|us|on|it)\b.{0,60}|(?:Sign up|Subscribe) (?:to|for|now|here)\b.{0,120}",
    r"(?:Read|See) (?:more|also)\s*[:：].{0,150}|Lire aussi\s*[:：].{0,150}|Lesen Sie auch.{0,150}|(?:Photo|Image|Foto)s?\s*(?:credit)?\s*[:：].{0,100}",
    r"https?://\S+",
)  # fmt: skip
_LINES = re.compile("|".join(_LINE_FORMS))

_TITLE_END = re.compile(r"\s+(?:video poster|全画面画像|MENU|シェア(?:する)?|印刷(?:する)?|PR|AD)$", re.IGNORECASE)

_CREDITS_HEAD = re.compile(
    r"(?:参考(?:文献|リンク|資料|サイト|URL|記事)?|出典|引用元|情報源|ソース|References?|Reference\(s\)|Sources?|Références?|Quellen?|Fuentes?|Источник(?:и)?"
    r"|参考(?:资料|資料|来源)|资料来源|資料來源|참고(?:자료|문헌)?|출처)\s*[:：]?",
    re.IGNORECASE,
)
_CREDIT_CHARS = 120  # a longer line below 参考 is text again
MAX_CREDITS = 10
_MAX_ABOVE = 10  # short lines above the first sentence; after more of them the page is a list or a poem


class Cleaned(NamedTuple):
    """A body without furniture, the origins it credits, and the lines of a paywall that stood in it."""

    blocks: tuple[Block, ...]
    references: tuple[str, ...]
    walls: tuple[str, ...] = ()
    translated_from: str = ""  # code of a language, "und" if it does not say which


@functools.lru_cache(maxsize=1_024)  # the readers of one page mostly find the same lines
def is_furniture(line: str) -> bool:
    """True for a line that says nothing of the article."""
    if _LETTER.search(line) is None:
        return True
    if len(line) >= _MAX_LINE:
        return False
    if len(line) <= _MAX_WORDS and _EDGE.sub("", line).casefold() in _WORDS:
        return True
    return _LINES.fullmatch(line.strip(" ・･•*●■▼▲◆※>＞→-–|｜")) is not None


_LETTER = re.compile(r"[^\W_]")
_MAX_LINE = 300  # characters of a line that may be furniture
_MAX_WORDS = 80  # more than the longest of the words and the marks around it


def trim_title(title: str) -> str:
    """A title without words of buttons and players that stand at its end."""
    previous = ""
    while previous != title:
        previous, title = title, _TITLE_END.sub("", title).strip()
    return title


def clean_blocks(blocks: Iterable[Block], title: str = "", headings: Iterable[str] = ()) -> Cleaned:
    """Blocks without furniture lines and the title; the list of sources at the end becomes references.

    Args:
        headings: the page's own main headings, which may word the title otherwise.
    """
    kept: list[Block] = []
    said: list[str] = []
    listed: list[str] = []
    walls: list[str] = []
    crediting = False
    titles = {fold(text) for text in (title, *headings)} - {""}
    above = True  # no sentence yet
    for block in _without_boxes(list(_once(blocks))):
        if _CREDITS_HEAD.fullmatch(block.text):
            crediting = True
            continue
        if is_wall_line(block.text):
            walls.append(block.text)
            continue
        if is_furniture(block.text) or (above and says_title(block.text, titles)):
            continue
        if crediting and len(block.text) <= _CREDIT_CHARS and block.kind is not BlockKind.HEADING:
            listed.append(block.text)
            continue
        crediting = False
        said.append(block.text)
        if above and is_head_line(block.text):
            continue
        kept.append(block)
        above = above and len(kept) < _MAX_ABOVE and not is_prose(block.text)
    while kept and (kept[-1].kind is BlockKind.HEADING or is_tail_line(kept[-1].text)):
        kept.pop()  # a heading whose section was furniture, or a line below the text
    credited = dict.fromkeys((*read_credits(said), *listed))
    return Cleaned(tuple(kept), tuple(credited)[:MAX_CREDITS], tuple(walls), read_translation(said))


def _without_boxes(blocks: list[Block]) -> Iterator[Block]:
    """Blocks without contact boxes, surveys of readers and tables of contents."""
    place = 0
    while place < len(blocks):
        size = contact_box(blocks, place) or survey_box(blocks, place) or contents_box(blocks, place)
        if not size:
            yield blocks[place]
        place += size or 1


def _once(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks without empty ones and immediate repetitions."""
    previous = ""
    for block in blocks:
        if block.text and block.text != previous:
            yield block
            previous = block.text
