"""Pages that are no articles: errors, walls, indexes, galleries, scraps."""

from __future__ import annotations

import re

from pipeline.errors import Reason, Skip
from pipeline.extract.page import Page, text_of
from pipeline.model import Block
from pipeline.text.clean import fold

_ERROR = re.compile(
    r"^\W*(?:(?:error\s*)?(?:40[0134]|410|50[023])\b.{0,60}|.{0,30}(?:page|file|article|document)\W{0,3}(?:was |could |can ?)?not (?:be )?(?:found|available).{0,40}|not found|access denied|forbidden"
    r"|just a moment\W*|attention required.{0,30}|are you (?:a )?(?:human|robot).{0,20}|verify you are human.{0,20}|service (?:temporarily )?unavailable|bad gateway|internal server error"
    r"|.{0,20}ページ.{0,12}(?:見つかりません|見つかりませんでした|存在しません|ありません|表示できません).{0,30}|.{0,20}(?:アクセスが拒否|メンテナンス中).{0,30}"
    r"|.{0,10}(?:页面|頁面|网页|網頁|文章)(?:不存在|未找到|找不到|已(?:被)?删除|已(?:被)?刪除).{0,20}|(?:抱歉|对不起|對不起).{0,30}(?:不存在|找不到).{0,20}"
    r"|.{0,20}페이지를 찾을 수 (?:없습니다|없음).{0,20}|.{0,10}존재하지 않는 (?:페이지|게시물).{0,20}"
    r"|page (?:non trouvée|introuvable).{0,40}|seite (?:wurde )?nicht gefunden.{0,40}|página no encontrada.{0,40}|страница не найдена.{0,40})\W*(?:[-|–—:：].{0,40})?$",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|we value your privacy|we (?:and our \d* ?partners )?use cookies|accept (?:all )?cookies|cookie (?:consent|settings|preferences|policy)|zustimmung|mit werbung (?:und tracking )?(?:weiter)?lesen"
    r"|cookie[sを].{0,10}(?:使用|同意)|クッキー.{0,10}(?:使用|同意)|accepter (?:et fermer|les cookies)|aceptar cookies",
    re.IGNORECASE,
)
_WALL_CHARS = 1_200  # a wall says little else
_ERROR_CHARS = 600
MIN_WEIGHT = 60  # Latin letters, or a third as many Han, kana or Hangul: less is a caption
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_SENTENCE = re.compile(r"(?:[。．.!?！？…」』\"”]|다|요)\s*$")
_PROSE = 60  # weight from which a line with a full stop is a sentence and no headline
_LINK = 6  # letters of a link that is a headline and no page number


def judge(page: Page, title: str, blocks: tuple[Block, ...], *, is_article: bool) -> Skip | None:
    """Why the page is no article, None if it may be one.

    Args:
        is_article: its own metadata calls it an article.
    """
    text = "\n".join(block.text for block in blocks)
    if len(text) < _ERROR_CHARS and any(
        _ERROR.match(line) for line in (title, page.document_title, *(block.text for block in blocks[:2])) if line
    ):
        return Skip(reason=Reason.ERROR_PAGE, detail=title[:100])
    if not blocks:
        return Skip(reason=Reason.NO_BODY)
    if len(text) < _WALL_CHARS and not is_article and len(_CONSENT.findall(f"{title}\n{text}")) >= 2:
        return Skip(reason=Reason.ERROR_PAGE, detail="consent wall")
    if weight(text) < MIN_WEIGHT:
        return Skip(reason=Reason.TOO_SHORT, detail=f"{len(text)} characters")
    if not is_article and _is_index(page, blocks):
        return Skip(reason=Reason.INDEX_PAGE)
    if _is_gallery(page, text):
        return Skip(reason=Reason.INDEX_PAGE, detail="gallery")
    return None


def weight(text: str) -> int:
    """Length with each Han, kana or Hangul character as three: about what it says in Latin letters."""
    return len(text) + 2 * len(_WIDE.findall(text))


def _is_index(page: Page, blocks: tuple[Block, ...]) -> bool:
    """Hardly a sentence, and half of the text is links: a list of other pages."""
    size = sum(weight(block.text) for block in blocks)
    prose = sum(weight(block.text) for block in blocks if weight(block.text) >= _PROSE and _SENTENCE.search(block.text))
    if prose * 5 >= size:
        return False
    text = fold(" ".join(block.text for block in blocks))
    links = {fold(text_of(link, 200)) for link in page.tree.iter("a")}
    return sum(len(link) for link in links if len(link) >= _LINK and link in text) * 2 >= len(text)


def _is_gallery(page: Page, text: str) -> bool:
    """A dozen large pictures around a few lines."""
    if weight(text) > 600:
        return False
    figures = int(page.tree.xpath("count(//article//figure | //main//figure | //*[contains(@class,'gallery')]//img)"))
    return figures >= 12 and figures * 60 > weight(text)
