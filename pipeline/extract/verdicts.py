"""Pages that are no articles: errors, walls, indexes, galleries, scraps."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.errors import Reason, Skip
from pipeline.extract.page import Page, text_of
from pipeline.extract.paragraphs import ends_sentence, sentence_weight, weight
from pipeline.model import Block
from pipeline.text.clean import fold

# A whole title, heading or first line, with a site's name behind it at most.
_ERROR = re.compile(
    r"^\W*(?:(?:error\s*|http\s*|エラー\s*|错误\s*|錯誤\s*|오류\s*|fehler\s*|erreur\s*|ошибка\s*)?(?:40[0134]|410|50[023])\b.{0,60}"
    r"|.{0,30}\b(?:page|file|article|document|content|url)\W{0,3}(?:(?:you .{0,40}|was |were |is |has |could |can|cannot |can ?['’]?t )*)(?:not (?:be )?(?:found|available|exist)|be found|no longer (?:exists?|available)|does(?: not|n['’]t) exist|been (?:re)?moved|unavailable).{0,60}"
    r"|(?:we )?(?:can(?:no|['’])t|could(?: not|n['’]t)) find (?:that|the|this) page.{0,40}|not found|access (?:to this page )?(?:has been )?denied|forbidden|oops\b.{0,60}(?:not found|wrong|exist).{0,20}"
    r"|just a moment\W*|attention required.{0,30}|are you (?:a )?(?:human|robot).{0,20}|verify(?:ing)? (?:that )?you are (?:a )?human.{0,20}|checking your browser.{0,40}|(?:please )?enable (?:javascript|js)(?: and cookies)?.{0,40}"
    r"|(?:service|site|page) (?:is )?(?:temporarily )?(?:unavailable|down for maintenance).{0,30}|under (?:maintenance|construction)|bad gateway|gateway time-?out|internal server error"
    r"|.{0,24}(?:ページ|記事|コンテンツ|ファイル|URL).{0,14}(?:見つかりません|見つかりませんでした|みつかりません|存在しません|ございません|表示できません|表示することができません|削除され(?:ました|ています)|公開(?:を|は)?終了|掲載(?:を|は)?終了).{0,40}"
    r"|(?:(?:お探し|指定|ご指定|アクセス)の?.{0,6})?ページ(?:が|は)ありません.{0,20}|.{0,20}(?:アクセスが(?:拒否|集中|制限)|メンテナンス中|JavaScriptを有効).{0,40}|.{0,10}(?:公開期間|掲載期間)が?(?:は)?終了.{0,30}"
    r"|.{0,14}(?:页面|頁面|网页|網頁|文章|内容|內容|信息)(?:已)?(?:不存在|未找到|找不到|(?:已|被|已被)?(?:删除|刪除|移除|下线|下線)|无法访问|無法瀏覽|出错).{0,30}|.{0,14}(?:找不到|未找到|没有找到|沒有找到).{0,12}(?:页面|頁面|网页|網頁|文章|内容|內容).{0,20}"
    r"|(?:抱歉|对不起|對不起|很遗憾).{0,30}(?:不存在|找不到|删除|刪除|无法).{0,30}|(?:网站|系统|系統)(?:正在)?(?:维护|維護).{0,20}|(?:访问被拒绝|禁止访问|拒絕存取).{0,20}"
    r"|.{0,20}(?:페이지|게시물|기사|게시글)(?:를|을|가|이|는|은)?\s?(?:찾을 수 (?:없습니다|없음)|존재하지 않습니다|삭제되었|없습니다|표시할 수 없).{0,30}|.{0,14}존재하지 않는 (?:페이지|게시물|기사).{0,20}|.{0,10}접근(?:이|할 수)? (?:거부|권한이 없|없습니다).{0,20}|.{0,10}(?:서비스|시스템) 점검.{0,20}"
    r"|.{0,24}\bpage\b.{0,40}(?:non trouvée|introuvable|n['’]existe (?:pas|plus)|n['’]a pas été trouvée|plus disponible).{0,40}|accès (?:refusé|interdit).{0,20}|(?:site )?en (?:cours de )?maintenance.{0,20}"
    r"|.{0,30}\b(?:seite|artikel|inhalt|dokument)\b.{0,30}(?:nicht (?:gefunden|vorhanden|verfügbar)|existiert nicht|nicht mehr (?:verfügbar|vorhanden)).{0,40}|zugriff verweigert.{0,20}|wartungsarbeiten.{0,20}"
    r"|.{0,24}\bp[áa]gina\b.{0,40}(?:no (?:se )?(?:ha sido )?(?:encontr\w+|exist\w+|disponible)|não (?:foi )?(?:encontrada|existe|disponível)|non (?:è stata )?(?:trovata|esiste)).{0,40}|acceso denegado.{0,20}|no (?:se )?encontr\w+ la página.{0,30}|en mantenimiento"
    r"|.{0,24}\bpagina\b.{0,40}(?:non (?:è stata )?(?:trovata|esiste|disponibile|più)|niet gevonden|bestaat niet).{0,40}"
    r"|.{0,24}страниц[аы].{0,30}не (?:найден|существует|доступ).{0,40}|доступ (?:запрещ[её]н|ограничен).{0,20}|технические работы.{0,20})\W*(?:[-|–—:：｜·].{0,40})?$",
    re.IGNORECASE,
)  # fmt: skip
# What a wall says, in its own voice; an article about cookies speaks of them in the third person.
_CONSENT = re.compile(
    r"before you (?:continue|proceed)|we (?:value|care about|respect) your privacy|your privacy(?: choices| matters| is important)|we(?: and our (?:\d[\d,.]* )?(?:\w+ )?partners)? (?:use|store|process)[\w ,/]{0,40} (?:cookies|information on a device|personal data)|(?:this (?:web)?site|our (?:web)?site) uses cookies"
    r"|(?:accept|reject|decline|allow|manage) (?:all |our |your )?(?:cookies|choices|preferences|options)|cookie (?:consent|settings|preferences|policy|notice)|by (?:clicking|continuing)[^.]{0,60}(?:accept|agree|consent)"
    r"|wir (?:und unsere (?:\d[\d.]* )?partner )?(?:verwenden|nutzen|setzen|verarbeiten)[^.]{0,40}(?:cookies|daten|informationen)|(?:alle )?(?:cookies )?(?:akzeptieren|ablehnen|zustimmen)(?: und (?:weiter|schließen))?|mit werbung (?:und tracking )?(?:weiter)?lesen|ihre (?:privatsphäre|zustimmung|einwilligung)|einwilligung"
    r"|nous (?:et nos (?:\d[\d ]* )?partenaires )?(?:utilisons|stockons)[^.]{0,40}(?:cookies|informations|données)|(?:tout )?(?:accepter|refuser)(?: et (?:fermer|continuer)| les cookies| tout)|continuer sans accepter|votre (?:vie privée|consentement)|paramétrer (?:les|mes) cookies"
    r"|(?:utilizamos|usamos)[^.]{0,40}cookies|nosotros y nuestros socios|(?:aceptar|rechazar|configurar)(?: todas)?(?: las)? cookies|aceptar (?:y continuar|todo)|valoramos (?:tu|su) privacidad|(?:utilizziamo|usiamo)[^.]{0,40}cookie|accetta (?:tutti|e continua)|rifiuta tutti"
    r"|(?:当|本|この)(?:サイト|ウェブサイト|ホームページ)(?:で)?は?[^。]{0,60}(?:cookie|クッキー)|(?:cookie|クッキー)(?:[sの]|の使用|の利用|を使用する?こと|を受け入れ)?[^。]{0,12}(?:同意(?:する|します|いただ)|許可する|拒否する|受け入れる)|(?:すべて|全て)(?:の?cookieを?)?(?:許可|同意|受け入れ|拒否)|プライバシー設定"
    r"|(?:本网站|本網站|我们|我們)[^。]{0,20}(?:使用|会使用)[^。]{0,10}cookies?|(?:接受|同意|拒绝|拒絕)(?:全部|所有)?(?:的)?\s?cookies?|(?:쿠키|cookie)를? ?사용(?:합니다|하고 있습니다)|(?:모두|전체) ?(?:동의|허용|수락|거부)|мы используем (?:файлы )?cookies?|принять (?:все|cookies?)|файлы cookies?",
    re.IGNORECASE,
)  # fmt: skip
# One of these stands in everything that a wall says; looking for them first spares short articles the patterns.
_ASKS = re.compile(
    "cookie|クッキー|privacy|consent|einwilligung|privatsph|zustimm|akzept|ablehn|werbung|vie privée|accept|refus|acept|rechaz|privacidad|rifiuta|accetta"
    "|許可|同意|受け入れ|拒否|プライバシー|接受|拒绝|拒絕|쿠키|동의|허용|수락|거부|принять|before you|we value|we care|preferences|choices|options|partner|socios",
    re.IGNORECASE,
)
_WALL_CHARS = 1_500  # a wall says little else
_ERROR_CHARS = 600
_ERROR_SENTENCES = 1_200  # weight of the sentences that an error page may add: apologies, links, what to do now
MIN_WEIGHT = 60  # Latin letters, or a third as many Han, kana or Hangul: less is a caption
_PROSE = 60  # weight from which a line with a full stop is a sentence and no headline
_LINK = 6  # letters of a link that is a headline and no page number
_CARDS = 6  # parts with a link of their own, from which a page without an article may be a list
_CARD_SHARE = 0.4  # of the cards' text that the largest may have


def judge(page: Page, title: str, blocks: tuple[Block, ...], *, is_article: bool) -> Skip | None:
    """Why the page is no article, None if it may be one.

    Args:
        is_article: its own metadata calls it an article.
    """
    text = "\n".join(block.text for block in blocks)
    if _is_error(page, title, blocks):
        return Skip(reason=Reason.ERROR_PAGE, detail=title[:100])
    if not is_article and _is_consent_wall(title, blocks, page.texts):
        return Skip(reason=Reason.CONSENT_WALL, detail=title[:100])
    if not blocks:
        return Skip(reason=Reason.NO_BODY)
    if _is_gallery(page, title, blocks):
        return Skip(reason=Reason.GALLERY)
    if weight(text) < MIN_WEIGHT:
        return Skip(reason=Reason.TOO_SHORT, detail=f"{len(text)} characters")
    if not is_article and (_is_index(page, blocks) or _is_list_of_cards(page)):
        return Skip(reason=Reason.INDEX_PAGE)
    return None


def _is_error(page: Page, title: str, blocks: tuple[Block, ...]) -> bool:
    """The title or heading says so over a few sentences, or the first lines of a short text do."""
    heads = {title, page.document_title, *(text_of(heading, 200) for heading in page.headings[:2])}
    if any(head and _ERROR.match(head) for head in heads):
        return sum(sentence_weight(block.text) for block in blocks) < _ERROR_SENTENCES
    return sum(len(block.text) for block in blocks) < _ERROR_CHARS and any(
        _ERROR.match(block.text) for block in blocks[:2]
    )


def _is_consent_wall(title: str, blocks: tuple[Block, ...], texts: Iterable[str]) -> bool:
    """A short text that asks in its own voice, and says hardly anything else."""
    size = sum(len(block.text) for block in blocks)
    if size > _WALL_CHARS:
        return False
    shown = " ".join(text for text in texts if len(text) <= _WALL_CHARS)[: _WALL_CHARS * 4]
    if not _ASKS.search(shown) and not _ASKS.search(title):
        return False
    asked = [block for block in blocks if _CONSENT.search(block.text)]
    phrases = {match[0].casefold() for match in _CONSENT.finditer(f"{title}\n{shown}")}
    if not blocks:
        return len(phrases) >= 3
    return len(phrases) >= 2 and sum(len(block.text) for block in asked) * 2 >= size


def _is_index(page: Page, blocks: tuple[Block, ...]) -> bool:
    """Hardly a sentence, and half of the text is links: a list of other pages."""
    size = sum(weight(block.text) for block in blocks)
    prose = sum(weight(block.text) for block in blocks if weight(block.text) >= _PROSE and ends_sentence(block.text))
    if prose * 5 >= size:
        return False
    text = fold(" ".join(block.text for block in blocks))
    links = {fold(text_of(link, 200)) for link in page.tree.iter("a")}
    return sum(len(link) for link in links if len(link) >= _LINK and link in text) * 2 >= len(text)


def _is_list_of_cards(page: Page) -> bool:
    """Half a dozen <article>s, each with a heading that is a link, and none of them much longer than the others."""
    cards = [card for card in page.tree.iter("article") if next(card.iterancestors("article"), None) is None]
    linked = [
        card for card in cards if card.xpath("boolean(.//h1//a | .//h2//a | .//h3//a | .//h4//a | .//a//h2 | .//a//h3)")
    ]
    if len(linked) < _CARDS or len(linked) * 4 < len(cards) * 3:
        return False
    sizes = [weight(text_of(card)) for card in cards]
    return max(sizes) <= _CARD_SHARE * sum(sizes)


_PICTURES = re.compile(
    r"写真(?:で見る|集|特集|ギャラリー|一覧)|フォト(?:ギャラリー|特集|レポート)|画像(?:一覧|ギャラリー)|図集|组图|組圖|图集|圖集|高清|图片新闻|화보|포토(?:뉴스|갤러리)?|사진으로 보는"
    r"|\b(?:photo ?(?:gallery|essay|s)?|gallery|in pictures|slideshow|fotogalerie|bildergalerie|bilderstrecke|fotostrecke|galerie|diaporama|en images|galería|fotogalería|en imágenes|fotogallery|фоторепортаж|фотогалерея)\b",
    re.IGNORECASE,
)  # fmt: skip
_MANY = 12  # pictures
_SEVERAL = 5  # pictures, where the title speaks of them
_FEW_WORDS = 400  # weight: two or three sentences above the pictures
_WORDS_EACH = 60  # weight a picture, captions
_count_pictures = (
    "count(//article//figure | //main//figure | //*[contains(@class,'gallery') or contains(@class,'slide')]//img)"
)


def _is_gallery(page: Page, title: str, blocks: tuple[Block, ...]) -> bool:
    """A dozen large pictures around a few lines; fewer where the title promises pictures."""
    size = sum(weight(block.text) for block in blocks)
    if size > _FEW_WORDS:
        return False
    pictures = int(page.tree.xpath(_count_pictures))
    needed = _SEVERAL if _PICTURES.search(title) else _MANY
    # A body that was cut short is none of a gallery: the page's own sentences count.
    told = sum(sentence_weight(text) for text in set(page.texts))
    return pictures >= needed and pictures * _WORDS_EACH > size and told <= _FEW_WORDS * 2
