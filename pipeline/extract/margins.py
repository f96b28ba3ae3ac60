"""Furniture told by where it stands: what is above the first sentences of a page's text and what is below the last.

A stamp, a byline or an office's name may be text in the middle of an article. Above the first sentence or below the last one
the same words are the page's. Labels are short lists in the languages we carry; what is left over decides.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Collection, Sequence

from pipeline.extract.datefinds import DATE_WITH_TIME
from pipeline.model import Block, BlockKind
from pipeline.text.clean import fold

# Lines this long, or shorter ones that end as sentences do, are prose. Han, kana and Hangul say as much in half the letters.
_PROSE = 100
_SENTENCE = 40
_SENTENCE_END = re.compile(r"[.!?。．！？…][\s\"'”’»」』）)]*$|[」』]$")
_WIDE = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")


def is_prose(text: str) -> bool:
    """True for a line that reads as a sentence or a paragraph."""
    size = len(text) * (2 if len(_WIDE.findall(text)) * 3 > len(text) else 1)
    return size >= _PROSE or (size >= _SENTENCE and _SENTENCE_END.search(text) is not None)


# ------------------------------------------------------------------------------------------------------------------ head

_KICKERS = frozenset(
    word.strip().casefold()
    for word in """
    Actualités|Actualité|À la une|Aktuelles|Aktuell|Pressemitteilung|Medienmitteilung|Nachrichten|Noticias|Noticia|Nota de prensa|Comunicado de prensa|Comunicado|Communiqué
    Communiqué de presse|Notizie|Notícias|Новости|Headline|Headlines|Latest news|Article|Article content|Announcement|Media release|新闻|新聞|新聞稿|要闻|要聞|市政新聞
    ニュース|トピックス|報道発表|記者発表|뉴스|시정소식|보도|공지|공지사항|새소식|新着|Hauptinhalt|Contenu principal|Main content
    """.replace("\n", "|").split("|")
    if word.strip()
)  # fmt: skip
_WEEKDAY = r"[(（]?(?:[日月火水木金土祝・]{1,3}(?:曜日?)?|星期[一二三四五六日天]|[週周][一二三四五六日]|[일월화수목금토](?:요일)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)[)）]?"
# What may stand beside a stamp. Not 日時, 時間, 日期, Date: those label events too.
_STAMP_LABEL = (
    r"最終更新(?:日時?|年月日)?|(?:更新|公開|掲載|登録|発表|発行|配信|作成|投稿|入力|記者発表|報道発表)(?:日時?|年月日)?"
    r"|(?:最后|最後)?(?:更新|修改)(?:时间|時間|日期|于|於)?|(?:发布|發布|發佈|发表|發表|刊登|张贴|張貼|上版|公布)(?:时间|時間|日期|日|于|於)?"
    r"|(?:최종)?(?:수정|입력|등록|게시|작성|승인|배포|보도|기사입력|업데이트)(?:일시?|일자|시간)?"
    r"|(?:first |last )?(?:published|posted|updated|modified|issued|released|created)(?: on| at)?|(?:date of )?publication(?: date)?|release date"
    r"|(?:publiée?|mise? (?:à jour|en ligne)|modifiée?|actualisée?)(?: le)?|date de publication|dernière (?:mise à jour|modification)"
    r"|veröffentlicht(?: am)?|aktualisiert(?: am)?|erstellt(?: am)?|stand|publicado(?: el| em)?|actualizado(?: el)?|fecha de publicación|pubblicato(?: il)?|aggiornato(?: il)?"
    r"|опубликовано|обновлено|дата публикации|yayınlanma|güncelleme"
)  # fmt: skip
_BESIDE_STAMP = re.compile(
    rf"(?<!\w)(?:{_WEEKDAY}|(?:{_STAMP_LABEL})(?!\w)|現在|uhr|utc|gmt|jst|kst|hkt|[ap]\.?m\.?|à|at|um|am|le|el|on)(?!\w)|\d{{1,2}}\s?[h:：時时点시]\s?(?:\d{{2}}(?:\s?[分분])?)?",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(rf"\s*(?:{_STAMP_LABEL})\s*[:：]\s*", re.IGNORECASE)
_LABELLED = re.compile(
    r"\s*(?:作者|来源|來源|稿源|出所|編輯|编辑|责任编辑|責任編輯|记者|記者|发布单位|發布單位|發佈單位|发布机构|發布機關|发布者|發布者|发布人|供稿(?:单位)?|供稿單位|来源单位|信息来源|資料來源|资料来源"
    r"|発信元|発表元|発行元|担当課|担当部署|所管課|所属|作成者|投稿者|提供"
    r"|작성자|등록자|담당부서|담당자|담당|부서|제공부서|기관|조회수?|첨부(?:파일)?|출처|글쓴이"
    r"|source|quelle|fuente|auteur|author|autor|écrit par|rédigé par|posted by|published by|publié par|views?|hits|浏览(?:次数|量)?|點閱數?|阅读(?:量|次数)?|点击(?:数|率|次数)?|閲覧数)"
    r"\s*[:：]\s*[^。！？.!?]{0,40}",
    re.IGNORECASE,
)  # fmt: skip
_NAMES = r"[^\W\d_][\w'’.-]*(?:\s(?:[^\W\d_][\w'’.-]*|&)){0,7}"
_BYLINE = re.compile(
    rf"(?:By|BY|Par|Von|Por|Di|Door|Av|Af|Text|Texte)\s*[:：]?\s+(?:la rédaction|{_NAMES}(?:,\s?{_NAMES}){{0,3}})"
    r"|(?:by|von|par|por)\s+[A-ZÀ-Þ][\w'’.-]+(?:\s[A-ZÀ-Þ][\w'’.-]+){1,3}"
    r"|[一-鿿]{0,8}(?:报|報|社|网|網|台)?(?:实习|實習|特约|特約|见习|見習)?(?:记者|記者|实习生|通讯员|通訊員)(?:[\s:：/／]+[一-鿿·]{2,4}){1,6}"
    r"|[가-힣]{2,4}\s?(?:기자|특파원|통신원)(?:\s외\s?\d+명)?(?:\s*[=/]?\s*\S+@\S+)?"
)
_OFFICE = re.compile(
    r"(?=.{3,30}$)[一-鿿々ァ-ヺー・]+(?:局|部|課|室|係|担当|センター|事務所|办公室|辦公室|委员会|委員會|處|处|厅|廳)"
)
_HOST = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[A-Za-z]{2,6}(?:/\S*)?(?!\w)")
_OUTLET = re.compile(
    r"[\[【(（]?\s*[^\s\d:：,，。]{2,12}(?:报|報|社|网|網|新聞|新闻|通信|电|電|频道|頻道)\s*[\]】)）]?"
)
_PARTS = re.compile(r"\s*[|｜│•·]\s*|\s{2,}|　+|\s[-–—]\s")
_MAX_HEAD_LINE = 120


@functools.lru_cache(maxsize=1_024)  # the readers of one page mostly find the same lines
def is_head_line(text: str) -> bool:
    """True for a line that, above the text, is the page's: kicker, stamp, byline, office, or several of these in a row."""
    line = text.strip()
    if len(line) > _MAX_HEAD_LINE or (_SENTENCE_END.search(line) and not DATE_WITH_TIME.search(line)):
        return False
    if _bare(line).casefold() in _KICKERS or _OFFICE.fullmatch(line):
        return True
    parts = [part for part in _PARTS.split(line) if part]
    known = [_is_of_head(part) for part in parts]
    # One name or town may stand among stamps and bylines: "Lyon | Publié le ..."
    return bool(known) and (all(known) or (len(known) > 1 and any(known) and max(map(len, parts)) <= 40))


def _is_of_head(part: str) -> bool:
    if _BYLINE.fullmatch(part):
        return True
    rest, stamps = DATE_WITH_TIME.subn(" ", part)
    rest, labels = _LABELLED.subn(" ", rest)
    rest = _BESIDE_STAMP.sub(" ", rest)
    if not stamps and not labels:
        return _LABEL_ALONE.fullmatch(part) is not None
    rest = _bare(_HOST.sub(" ", rest))
    if rest and stamps:
        rest = _bare(_OUTLET.sub(" ", rest, count=1))
    return not rest


_EDGE = re.compile(r"^[\s\W_]+|[\s\W_]+$")


def _bare(text: str) -> str:
    return _EDGE.sub("", text)


# ------------------------------------------------------------------------------------------------------------------ tail

_TAIL_LINE = re.compile(
    # what the reader thinks of the page
    r".{0,40}(?:만족하십니까|만족하시나요|만족도|도움이 되(?:었|셨)).{0,40}|.{0,40}(?:役に立ちましたか|見つけやすかったですか|わかりやすかったですか|分かりやすかったですか).{0,20}"
    r"|.{0,20}(?:was|did you find) th(?:is|e) (?:page|article|information) (?:helpful|useful).{0,20}|.{0,20}cette page (?:vous )?a-t-elle.{0,40}"
    r"|.{0,30}(?:war|hat) (?:ihnen )?(?:diese seite|dieser artikel).{0,30}\?|.{0,10}le ha (?:resultado|sido) útil.{0,30}|.{0,20}(?:对您是否有帮助|是否有幫助|是否满意).{0,20}"
    # licences
    r"|.{0,60}공공누리.{0,80}|.{0,40}(?:creative commons|\bCC[ -]BY\b).{0,100}"
    # corrections
    r"|.{0,10}(?:fehler gefunden|report (?:an?|this) (?:error|mistake|typo)|signaler une erreur|오류 ?신고).{0,40}|.{0,12}(?:纠错|糾錯|报错|举报|舉報)(?:邮箱|郵箱|电话|電話)?\s*[:：]?[\w@. -]{0,40}"
    # subscriptions
    r"|(?:.{0,60}\W)?(?:abonnez-vous|inscrivez-vous à (?:notre|la) (?:newsletter|lettre)|suscr[ií]b(?:ete|ase)|jetzt abonnieren|abonnieren sie|подписывайтесь|подпишитесь|abbonati)(?!\w).{0,80}"
    r"|.{0,40}(?:réservée?s? (?:à nos|aux) abonnés|nur für abonnenten|solo para suscriptores|subscribers? only|for subscribers).{0,40}"
    r"|(?:.{0,60}[.!?]\s)?(?:subscribe|sign up) (?:now|today|here|to (?:our|the)|for (?:our|the|free)).{0,80}|.{0,40}(?:订阅|訂閱)(?:我们|我們|电子报|電子報|本报|本刊).{0,30}|.{0,20}(?:구독(?:하기|신청|해 주)|購読(?:する|申し込み|のお申し込み)).{0,20}"
    # who wrote it, edited it, where it was first
    r"|\(?(?:additional )?reporting (?:and writing )?by .{0,250}|\((?:quelle|source|fuente|fonte)n?\s*[:：]\s*[^.!?()]{2,40}\)|\((?:[a-z]{2,4}|[A-Z]{3})(?:/(?:[a-z]{2,4}|[A-Z]{3})){0,3}\)|\(END\)"
    r"|[（(](?:[一-鿿]{0,8}记者|[一-鿿]{0,8}記者)?\s?[一-鿿]{2,3}(?:\s[一-鿿]{2,3})?[）)]|(?:作者|(?:责任|責任)?(?:编辑|編輯)|责编|校对|审核|通讯员|通訊員)\s*[:：]\s*[^。！？]{2,30}",
    re.IGNORECASE,
)  # fmt: skip
_BUTTON = re.compile(r"\s*[【\[［][^【】\[\]［］]{1,8}[】\]］]\s*")
_CONTACT_HEAD = re.compile(
    r"(?:press |media |presse)?contacts?(?: (?:us|presse|person|information|details))?|(?:presse)?kontakt|contacto|contatti|contato|ansprechpartner(?:in)?|контакты"
    r"|(?:この(?:ページ|記事|情報)に(?:関する|ついての))?お?問い?合わせ(?:先)?|連絡先|(?:联系|聯絡|聯繫)(?:方式|我们|我們|人|資訊)|문의처?|연락처|담당부서",
    re.IGNORECASE,
)
_CONTACT_LINE = re.compile(
    r".{0,40}(?:t[ée]l[ée]phone|t[ée]l\.?|telefon[oe]?|phone|fax|télécopie|courriel|e-?mail|mail|电话|電話|邮箱|郵箱|传真|傳真|ファクス|ファックス|メール|전화|팩스|이메일)(?:番号|번호)?\s*[:：].{0,80}"
    r"|.{0,40}[\w.+-]+@[\w-]+\.[\w.-]+|.{0,20}(?<!\d)\+?\d{2,4}[ .()-]{1,2}\d{2,4}(?:[ .-]\d{2,4}){1,4}(?!\d).{0,20}",
    re.IGNORECASE,
)
_MAX_CONTACT_HEAD = 40
_MAX_CONTACT_LINE = 80
_MAX_CONTACT_LINES = 8


@functools.lru_cache(maxsize=1_024)  # the readers of one page mostly find the same lines
def is_tail_line(text: str) -> bool:
    """True for a line that, below the text, is the page's: feedback, licence, subscription, signature."""
    line = text.strip()
    rest = _bare(_BUTTON.sub(" ", line)) if line[:1] in "【[［" else line
    return len(line) <= 300 and (not rest or _TAIL_LINE.fullmatch(rest) is not None)


def contact_box(blocks: Sequence[Block], start: int) -> int:
    """How many blocks from `start` on are one contact box: a heading, then short lines, a number or address among them."""
    head = blocks[start].text
    if len(head) > _MAX_CONTACT_HEAD or not _CONTACT_HEAD.fullmatch(_bare(head)):
        return 0
    end = start + 1
    while end < len(blocks) and end - start <= _MAX_CONTACT_LINES and _may_be_contact(blocks[end]):
        end += 1
    return end - start if any(is_contact_line(block.text) for block in blocks[start + 1 : end]) else 0


_SURVEY = re.compile(
    r".{0,30}(?:役に立ちましたか|見つけやすかったですか|わかりやすかったですか|分かりやすかったですか|参考になりましたか|満足できましたか).{0,20}|(?:ご意見|アンケート)(?:を|に).{0,20}(?:お聞かせ|ご協力).{0,20}"
    r"|.{0,40}(?:만족하십니까|만족하시나요|만족하셨습니까|도움이 되었습니까)\W{0,3}.{0,10}|(?:페이지 |콘텐츠 |이용자 )?만족도\s?(?:조사|평가)|.{0,20}(?:对您有帮助吗|对您是否有帮助|是否滿意|是否有幫助).{0,6}"
    r"|.{0,20}(?:was|did you find) th(?:is|e) (?:page|article|information) (?:helpful|useful).{0,10}|cette page vous a-t-elle .{0,30}|war (?:diese seite|dieser artikel|dieser beitrag) (?:hilfreich|nützlich).{0,6}|(?:te|le) ha (?:resultado|sido) útil.{0,30}|была ли (?:эта )?(?:страница|информация) полезн.{0,10}",
    re.IGNORECASE,
)  # fmt: skip
_MAX_ANSWER = 30
_MAX_ANSWERS = 12


def survey_box(blocks: Sequence[Block], start: int) -> int:
    """How many blocks from `start` on ask what the reader thinks of the page: a question, then its answers."""
    if not _SURVEY.fullmatch(blocks[start].text):
        return 0
    end = start + 1
    while end < len(blocks) and end - start <= _MAX_ANSWERS and _may_be_answer(blocks[end].text):
        end += 1
    return end - start


def _may_be_answer(text: str) -> bool:
    return _SURVEY.fullmatch(text) is not None or (len(text) <= _MAX_ANSWER and not _SENTENCE_END.search(text))


_CONTENTS = re.compile(
    r"目次|もくじ|このページの(?:目次|内容)|この記事の(?:目次|内容)|目录|目錄|本文目录|文章目录|목차|(?:table of )?contents|in this (?:article|story)|on this page|inhalt(?:sverzeichnis)?|sommaire|au sommaire|índice|(?:tabla de )?contenidos?|содержание|indice",
    re.IGNORECASE,
)
_MAX_CONTENTS_HEAD = 60  # more than the longest of its names and the marks around it


def contents_box(blocks: Sequence[Block], start: int) -> int:
    """How many blocks from `start` on are a table of contents: its name, then lines that come again as headings below."""
    head = blocks[start].text
    if len(head) > _MAX_CONTENTS_HEAD or not _CONTENTS.fullmatch(_bare(head)):
        return 0
    said = Counter(_unnumbered(block.text) for block in blocks[start + 1 :])
    end = start + 1
    while end < len(blocks) and said[_unnumbered(blocks[end].text)] > 1:
        said[_unnumbered(blocks[end].text)] -= 1
        end += 1
    return end - start


_NUMBER = re.compile(r"^\s*(?:第?\s*[\d０-９.．-]+\s*[章節.．、)）]?|[①-⑳•・])\s*")


def _unnumbered(text: str) -> str:
    return fold(_NUMBER.sub("", text))


def _may_be_contact(block: Block) -> bool:
    return (
        block.kind is not BlockKind.HEADING
        and len(block.text) <= _MAX_CONTACT_LINE
        and not _SENTENCE_END.search(block.text)
    ) or is_contact_line(block.text)


def is_contact_line(text: str) -> bool:
    return len(text) <= _MAX_CONTACT_LINE * 2 and _CONTACT_LINE.fullmatch(text) is not None


def says_title(text: str, titles: Collection[str]) -> bool:
    """True if a line above the text is one of the folded titles, with a kicker of a few words before it, or most of one."""
    folded = fold(text)
    return any(
        folded == title
        or (len(title) >= _LONG_TITLE and folded.endswith(title) and len(folded) <= len(title) * 2)
        or (folded in title and len(folded) + len(_WIDE.findall(folded)) >= _LONG_TITLE)
        for title in titles
    )


_LONG_TITLE = 16  # letters of a title that no other line says by chance; Han, kana and Hangul count as two
