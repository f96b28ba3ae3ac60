"""Whether anyone may read the whole article: what the page declares, and the lines of its paywall."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from pipeline.extract.paragraphs import weight
from pipeline.model import Access, Block

# How much is left to read: nobody says so under a whole text.
_REST = re.compile(
    r"[(（【\[]?\s*(?:この記事の?)?(?:(?:続き|全文|本文)(?:は|の)?[:：]?\s*)?残り\s*[:：]?\s*(?:約\s*)?[\d,，０-９]+\s*(?:文字|字|[%％]).{0,40}"
    r"|.{0,20}(?:剩余|剩餘|余下|餘下|还有|還有|未完)\s*[\d,.]+\s*[%％字].{0,30}|.{0,20}남은 (?:글|분량|내용)\s*[:：]?\s*[\d,]+.{0,20}"
    r"|il vous reste [\d.,]+\s?% .{0,60}|(?:you have )?(?:read )?[\d.,]+\s?% (?:of this (?:article|story) )?(?:remain|left)\w*.{0,60}|noch [\d.,]+\s?% .{0,30}(?:artikels?|textes?).{0,30}",
    re.IGNORECASE,
)  # fmt: skip

_ENTER = r"(?:subscribe|sign in|log ?in|register|sign up|become an? (?:\w+ )?(?:member|subscriber)|create (?:a|an|your)(?: free)? account|start (?:a|your)(?: free)? trial)"
_WALL = re.compile(
    # Japanese
    r"(?:この|本)(?:記事|コンテンツ|ページ|続き)は[、\s]*(?:.{0,12}(?:有料|無料|プレミアム)?(?:会員|購読者|契約者|読者|メンバー)(?:の方)?(?:のみ|だけ)?(?:が|に)?(?:限定|専用|向け|ご覧|閲覧|お読み|読め)|有料(?:記事|会員|プラン)).{0,50}"
    r"|(?:この)?(?:記事|全文|続き)の?(?:続き|全文|全て|すべて)?(?:を|は)[、\s]*.{0,30}(?:会員|ログイン|購読|有料|登録|申し込|お申込).{0,50}"
    r"|(?:続き|全文)を(?:読む|お読みになる|閲覧する|ご覧になる)(?:に|ため).{0,60}|ここから先は.{0,20}(?:有料|会員|登録|購読|ログイン).{0,40}"
    r"|(?:会員登録|ログイン|購読|有料登録)(?:して|すると|で|いただくと)[、\s]*.{0,16}(?:続き|全文|最後まで|記事).{0,30}"
    # Chinese
    r"|.{0,12}(?:登录|登入|登錄|注册|註冊|订阅|訂閱|付费|付費|购买|購買|开通|開通|成为|成為)[^。]{0,12}(?:阅读|閱讀|查看|解锁|解鎖|浏览|瀏覽|继续|繼續)[^。]{0,4}(?:全文|更多|余下|餘下|剩余|剩餘|完整|阅读|閱讀|本文)[^。]{0,12}"
    r"|(?:本文|此文|该文|本篇|此內容|此内容|本內容|本内容).{0,6}(?:付费|付費|会员|會員|订户|訂戶|訂閱者|订阅者)(?:专享|專享|限定|内容|內容|文章|阅读|閱讀|可见|獨享).{0,20}"
    # Korean
    r"|(?:이|본) (?:기사|글|콘텐츠)(?:는|은)\s.{0,14}(?:유료|회원|구독자).{0,40}|.{0,12}(?:로그인|구독|회원\s?가입|결제).{0,14}(?:전문|전체|이어서?|계속|나머지|끝까지|기사).{0,6}(?:읽|보|볼|이용).{0,24}"
    # English
    rf"|(?!.*newsletter)(?:please |to continue,? |you must )?{_ENTER}.{{0,40}}\b(?:to|and|for) (?:continue|keep|finish|read|unlock|access|view|see)\b.{{0,60}}|(?:want to|to) (?:continue|keep|finish) reading.{{0,80}}|continue reading with .{{0,60}}"
    r"|(?:this|the (?:rest|full)|our)[\w ]{0,24}(?:article|story|content|post|report|page|text)? (?:is|are) (?:only |exclusively )?(?:for|available|reserved|exclusive|restricted|limited|open)[\w ]{0,24}(?:subscribers?|members?|registered).{0,50}"
    r"|already (?:a|an) (?:subscriber|member)\b.{0,60}|you(?:['’]ve| have) (?:reached|read|used)[^.]{0,40}(?:free|limit)[^.]{0,40}"
    # German
    r"|(?:(?:der|dieser|diesen|den|das|dieses) )?(?:ganzen? |vollständigen? |gesamten? |kompletten? )?(?:artikel|beitrag|text|inhalt)\b.{0,24}(?:nur|exklusiv|ausschließlich) .{0,20}(?:abonnent|abonnement|abo\b|plus|mitglied|registriert|leser).{0,60}"
    r"|(?:jetzt |bitte )?(?:anmelden|einloggen|registrieren|abonnieren|testen|abo\w*)[\w ,]{0,20}(?:und|,|um) .{0,24}(?:weiter|lesen).{0,40}|um (?:diesen|den|weiter).{0,40}lesen.{0,60}|(?:exklusiv|nur) für (?:abonnent\w*|mitglieder|plus-?\w*)|weiterlesen mit .{0,60}"
    # French
    r"|(?:la suite|(?:cet |l['’]|le |ce )?(?:article|contenu|texte)|la lecture).{0,24}réservée?s?.{0,10} abonnés.{0,50}|(?:article |contenu )?réservée?s? (?:à nos|aux) (?:abonnés|membres)|(?:déjà )?(?:abonnez|connectez|inscrivez|identifiez)-vous.{0,24} pour .{0,12}(?:lire|accéder|continuer|poursuivre|profiter).{0,60}|pour (?:lire la suite|continuer (?:la|votre) lecture|accéder).{0,60}"
    # Spanish, Portuguese, Italian
    r"|(?:contenido|artículo|noticia)s? (?:es )?(?:exclusiv\w+ |solo |sólo |reservad\w+ |disponible )*(?:solo )?para (?:suscriptores|abonados|socios|usuarios registrados).{0,50}|(?:suscr[ií]b[ea]\w*|reg[ií]str[ea]\w*|inicia sesión|hazte (?:socio|premium)).{0,24} (?:para|y) .{0,8}(?:segui|continu|le[ea]|acce|sigue).{0,60}|para (?:seguir|continuar) leyendo.{0,60}"
    r"|(?:conteúdo|artigo|matéria|reportagem) (?:é )?(?:exclusiv\w+|restrit\w+|reservad\w+) (?:para|a) (?:assinantes|membros).{0,50}|(?:assine|cadastre-se|entre|faça login).{0,24} para (?:continuar|ler|acessar).{0,60}"
    r"|(?:contenuto|articolo|lettura) (?:è )?(?:riservat\w+|esclusiv\w+|disponibile).{0,14}(?:abbonati|iscritti|registrati).{0,50}|(?:abbonati|accedi|registrati|iscriviti).{0,24} per (?:continuare|leggere|proseguire|accedere).{0,60}"
    # Russian
    r"|(?:полный текст|полная версия|материал|статья|текст|контент|продолжение).{0,30}(?:только|доступ\w+).{0,24}(?:подписчик|подписк|зарегистриров|абонент).{0,40}|(?:оформите|купите|подпишитесь|войдите|зарегистрируйтесь|авторизуйтесь).{0,40}чтобы .{0,14}(?:читать|прочитать|продолжить|дочитать).{0,40}",
    re.IGNORECASE,
)  # fmt: skip
# Labels that stand beside links to paid articles too: out of the body, but on the page they prove nothing.
_BADGE = re.compile(
    r"(?:有料|プレミアム)?会員(?:限定|専用)(?:記事|コンテンツ)?|有料(?:会員)?(?:限定)?記事|(?:付费|付費|会员|會員|訂戶|订户)(?:专享|專享|限定|文章)|(?:유료|회원|구독자)\s?(?:전용|회원 전용)(?: (?:기사|콘텐츠))?"
    r"|(?:for )?(?:subscribers?|members?|premium)(?:[- ](?:only|exclusive))(?: (?:content|article|story))?|(?:article )?réservé aux abonnés|nur für abonnenten|solo (?:para )?suscriptores",
    re.IGNORECASE,
)  # fmt: skip
# A line of a paywall has one of these; looking for them first spares the patterns nearly every line of a page.
_CUES = (
    *("会員", "購読", "契約者", "有料", "残り", "ログイン", "登録", "続き", "全文", "ここから先", "読者", "メンバー"),
    *(
        "登录",
        "登入",
        "登錄",
        "注册",
        "註冊",
        "订阅",
        "訂閱",
        "付费",
        "付費",
        "购买",
        "購買",
        "开通",
        "開通",
        "成为",
        "成為",
    ),
    *(
        "会员",
        "會員",
        "订户",
        "訂戶",
        "剩余",
        "剩餘",
        "余下",
        "餘下",
        "还有",
        "還有",
        "未完",
        "유료",
        "회원",
        "구독",
        "로그인",
        "결제",
        "남은",
    ),
    *(
        "subscri",
        "sign in",
        "sign up",
        "log in",
        "login",
        "regist",
        "account",
        "trial",
        "member",
        "reading",
        "you've",
        "you have",
        "%",
    ),
    *(
        "abonn",
        "abo ",
        "einloggen",
        "anmelden",
        "lesen",
        "leser",
        "mitglied",
        "exklusiv",
        "connectez",
        "inscrivez",
        "identifiez",
    ),
    *(
        "pour acc",
        "lecture",
        "suscr",
        "abonad",
        "socio",
        "regístr",
        "inicia sesión",
        "leyendo",
        "assin",
        "membros",
        "cadastre",
    ),
    *("abbonat", "iscri", "accedi", "подпис", "зарегистр", "абонент", "войдите", "авториз"),
)
_EDGE = re.compile(r"^[\s\W_]+|[\s\W_]+$")
_MIN_LINE = 5
_MAX_LINE = 140

_BEGINNING = 1_500  # weight of a text that may be the beginning only: two or three paragraphs, as walls leave


@functools.lru_cache(maxsize=1_024)  # the readers of one page mostly find the same lines
def is_wall_line(line: str) -> bool:
    """True for a line that says nothing but who may read on."""
    if len(line) > _MAX_LINE or not _has_cue(line.lower()):
        return False
    bare = _EDGE.sub("", line)
    return any((_BADGE.fullmatch(bare), _WALL.fullmatch(bare), _REST.fullmatch(line.strip())))


def _has_cue(lowered: str) -> bool:
    return any(cue in lowered for cue in _CUES)


def wall_lines(texts: Iterable[str]) -> list[str]:
    """Those of a page's pieces of text that tell of a paywall, mere labels of links not counted."""
    short = [text for text in texts if _MIN_LINE <= len(text) <= _MAX_LINE]
    whole = "\n".join(short).lower()
    cued = [cue for cue in _CUES if cue in whole]
    return [
        text
        for text in short
        if any(cue in text.lower() for cue in cued) and is_wall_line(text) and not _BADGE.fullmatch(_EDGE.sub("", text))
    ]


def says_rest(line: str) -> bool:
    """True for a line that says how much of the article is left behind the wall."""
    return len(line) <= _MAX_LINE and _REST.fullmatch(line.strip()) is not None


def read_access(blocks: Iterable[Block], walls: Iterable[str], *, declared: bool) -> Access:
    """How much of the article is on the page.

    Args:
        walls: the lines of the page that are a paywall's.
        declared: the page calls itself paid.
    """
    lines = list(walls)
    if any(says_rest(line) for line in lines):
        return Access.TEASER
    if not declared and not lines:
        return Access.OPEN
    if sum(weight(block.text) for block in blocks) < _BEGINNING:
        return Access.TEASER
    return Access.METERED if declared else Access.OPEN
