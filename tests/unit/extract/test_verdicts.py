"""What is no article is told from what only looks like it."""

import datetime as dt

import pytest

from pipeline.errors import Reason, Skip
from pipeline.extract import extract
from pipeline.model import Access, Document, RawPage

SENTENCES = (
    "見本市とリヨン市は1965年に姉妹都市提携を結び、今年で60周年を迎えます。",
    "市長は11月4日から7日までリヨン市を訪れ、市長会談のほか、脱炭素分野の覚書に署名する予定です。",
    "会談では、若者の相互派遣や観光の振興についても意見を交わし、今後の協力の進め方を確認します。",
)
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
LONG = "".join(f"<p>{sentence}第{number}回の会合でも同じ議題が話し合われました。</p>" for number in range(1, 9) for sentence in SENTENCES)  # fmt: skip
ENGLISH = "".join(f"<p>The mayor of Mihon met a delegation of the sister city on day {day} and both sides agreed to work together on water, waste and youth exchange.</p>" for day in range(1, 16))  # fmt: skip


def page(body: str, title: str, head: str = "") -> RawPage:
    html = f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body></html>'
    return RawPage(
        id="0" * 16,
        source_id="mihon",
        url="https://www.mihon.example/news/1.html",
        final_url="https://www.mihon.example/news/1.html",
        fetched_at=dt.datetime(2025, 10, 25, tzinfo=dt.UTC),
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=html.encode(),
    )


def reason(body: str, title: str, head: str = "") -> Reason | None:
    found = extract(page(body, title, head))
    return found.reason if isinstance(found, Skip) else None


def document(body: str, title: str, head: str = "") -> Document:
    found = extract(page(body, title, head))
    assert isinstance(found, Document), found
    return found


# ---------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Page not found | Mihon City", "The page may have been moved or deleted. Please use the search or go back to the home page."),
        ("We can't find that page", "Sorry about that. Try the search at the top of the page, or start again from our home page."),
        ("お探しのページは見つかりませんでした｜見本市", "お探しのページは、移動または削除された可能性があります。トップページからお探しください。"),
        ("指定されたページは存在しません", "URLをお確かめのうえ、もう一度お試しください。サイト内検索もご利用いただけます。"),
        ("抱歉，您访问的页面不存在", "您可以返回首页，或者使用站内搜索查找您需要的信息。谢谢您的理解与支持。"),
        ("找不到頁面 - 樣本市政府", "您要找的網頁可能已經移動或刪除，請回到首頁或使用全站搜尋功能。"),
        ("페이지를 찾을 수 없습니다", "주소를 다시 확인해 주십시오. 삭제되었거나 이동한 페이지일 수 있습니다."),
        ("La page demandée n'existe pas", "Elle a peut-être été déplacée. Revenez à l'accueil ou utilisez la recherche du site."),
        ("Seite nicht gefunden - Stadt Muster", "Die Seite wurde vielleicht verschoben. Bitte nutzen Sie die Suche oder gehen Sie zur Startseite."),
        ("La página que busca no existe", "Es posible que se haya movido. Vuelva al inicio o utilice el buscador del sitio."),
        ("La pagina richiesta non esiste", "Potrebbe essere stata spostata. Torna alla pagina iniziale oppure usa la ricerca del sito."),
        ("Страница не найдена", "Возможно, она была перемещена. Вернитесь на главную страницу или воспользуйтесь поиском."),
        ("ただいまメンテナンス中です", "ご不便をおかけしますが、しばらくたってからもう一度アクセスしてくださいますようお願いします。"),
        ("Just a moment...", "Enable JavaScript and cookies to continue. This check usually takes a few seconds only."),
        ("Access denied", "You do not have permission to view this page on this server. Please contact the owner of the site."),
    ],
)  # fmt: skip
def test_an_error_page_sent_as_200_is_skipped(title: str, text: str) -> None:
    assert reason(f"<main><h1>{title}</h1><p>{text}</p></main>", title) is Reason.ERROR_PAGE


def test_an_error_page_with_links_to_other_news_is_still_one() -> None:
    links = "".join(f'<li><a href="/{n}">見本市と姉妹都市の交流についてのお知らせ その{n}</a></li>' for n in range(20))
    body = f"<main><h1>ページが見つかりません</h1><p>お探しのページは削除されました。</p><h2>新しい記事</h2><ul>{links}</ul></main>"
    assert reason(body, "見本市") is Reason.ERROR_PAGE


@pytest.mark.parametrize(
    "title",
    [
        "市のサイトでページが見つからない障害、復旧に半日",
        "Why a missing page of the treaty was found in Lyon",
        "404の広場を二つの都市が再生",
        "Zwei Städte suchen eine neue Seite ihrer Partnerschaft",
        "Access for everyone: two towns open their halls",
    ],
)
def test_an_article_about_something_missing_is_an_article(title: str) -> None:
    document(f"<article><h1>{title}</h1>{LONG}</article>", title)


# --------------------------------------------------------------------------------------------------------------- consent


@pytest.mark.parametrize(
    ("title", "text", "button"),
    [
        ("Before you continue", "We and our 812 partners store information on a device and use cookies to show advertising.", "Accept all cookies"),
        ("当サイトのCookieについて", "当サイトでは、利便性の向上のためにCookieを使用しています。引き続きご覧になる場合は同意してください。", "すべて許可"),
        ("Ihre Privatsphäre", "Wir und unsere 163 Partner verwenden Cookies, um Ihnen Inhalte und Werbung zu zeigen.", "Alle akzeptieren"),
        ("Votre vie privée", "Nous et nos 120 partenaires utilisons des cookies pour mesurer l'audience de nos contenus.", "Continuer sans accepter"),
        ("Valoramos su privacidad", "Utilizamos nuestras propias cookies y las de terceros para mostrar publicidad personalizada.", "Aceptar todas las cookies"),
        ("쿠키 설정", "이 웹사이트는 더 나은 서비스를 위해 쿠키를 사용합니다. 계속하려면 선택해 주세요.", "모두 동의"),
        ("Файлы cookie", "Мы используем файлы cookie, чтобы сайт работал лучше и показывал подходящую рекламу.", "Принять все"),
    ],
)  # fmt: skip
def test_a_consent_wall_is_skipped_as_such(title: str, text: str, button: str) -> None:
    body = f"<main><h1>{title}</h1><p>{text}</p><p>{text}</p><button>{button}</button></main>"
    assert reason(body, title) is Reason.CONSENT_WALL


def test_an_article_about_cookies_is_an_article() -> None:
    text = "The two city councils voted on Monday to stop their websites from using cookies for advertising. "
    more = (
        "A banner that only offers to accept all cookies is no free choice, the data protection officer of Mihon said. "
    )
    body = f"<article><h1>Two cities give up advertising cookies</h1><p>{text}</p><p>{more}</p><p>The decision takes effect in May in both cities.</p></article>"
    document(body, "Two cities give up advertising cookies")


def test_a_banner_over_an_article_makes_no_wall_of_it() -> None:
    banner = (
        "<div id='cookie-banner'><p>We value your privacy. We use cookies.</p><button>Accept all cookies</button></div>"
    )
    found = document(f"{banner}<article><h1>Mihon and Lyon sign</h1>{ENGLISH}</article>", "Mihon and Lyon sign")
    assert "cookies" not in found.text


# ------------------------------------------------------------------------------------------------------------- galleries

FIGURE = '<figure><img src="a.jpg" alt="式典"><figcaption>式典の様子</figcaption></figure>'


@pytest.mark.parametrize(
    ("title", "pictures"),
    [
        ("見本市の姉妹都市交流60年", 30),
        ("写真で見る姉妹都市の交流", 8),
        ("In pictures: sister cities", 8),
        ("组图：友好城市的一天", 8),
    ],
)
def test_pictures_around_a_few_words_are_a_gallery(title: str, pictures: int) -> None:
    assert reason(f"<main><h1>{title}</h1>{FIGURE * pictures}<p>{SENTENCES[0]}</p></main>", title) is Reason.GALLERY


@pytest.mark.parametrize(("title", "pictures"), [("見本市の姉妹都市交流60年", 6), ("見本市長がリヨンを訪問", 10)])
def test_a_short_article_with_several_pictures_is_an_article(title: str, pictures: int) -> None:
    document(f"<main><h1>{title}</h1>{BODY}{FIGURE * pictures}</main>", title)


def test_a_long_article_with_many_pictures_is_an_article() -> None:
    document(f"<main><h1>写真で見る姉妹都市の交流</h1>{LONG}{FIGURE * 40}</main>", "写真で見る姉妹都市の交流")


# --------------------------------------------------------------------------------------------------------------- indexes


def test_a_list_of_links_is_an_index() -> None:
    links = "".join(f'<li><a href="/{n}">見本市と姉妹都市の交流についてのお知らせ その{n}</a></li>' for n in range(20))
    assert reason(f"<main><h1>お知らせ一覧です</h1><ul>{links}</ul></main>", "お知らせ一覧です") is Reason.INDEX_PAGE


def test_a_row_of_cards_with_a_sentence_each_is_an_index() -> None:
    cards = "".join(
        f'<article><h2><a href="/{n}">Mihon and city number {n} sign an agreement</a></h2><p>The mayors of Mihon and city number {n} met on Monday and signed an agreement on water and waste.</p></article>'
        for n in range(9)
    )
    assert reason(f"<main><h1>International news</h1>{cards}</main>", "International news") is Reason.INDEX_PAGE


def test_an_article_above_cards_of_other_articles_is_an_article() -> None:
    cards = "".join(f'<article><h3><a href="/{n}">City number {n} signs</a></h3></article>' for n in range(9))
    found = document(
        f"<main><article><h1>Mihon and Lyon sign</h1>{ENGLISH}</article>{cards}</main>", "Mihon and Lyon sign"
    )
    assert "City number 3" not in found.text


def test_an_article_that_is_a_list_is_an_article() -> None:
    items = "".join(
        f"<li>第{n}回：見本市とリヨン市の若者が水の管理について話し合い、報告書をまとめた。</li>" for n in range(1, 9)
    )
    found = document(f"<main><h1>交流の歩み</h1><p>{SENTENCES[0]}</p><ul>{items}</ul></main>", "交流の歩み")
    assert "第8回" in found.text


# ---------------------------------------------------------------------------------------------------------------- access

PAID = (
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"見本","isAccessibleForFree":false}</script>'
)
WALLS = [
    "この記事は会員限定です。登録すると続きをお読みいただけます。", "残り1,234文字", "この記事は有料会員限定記事です。残り 812文字", "続きを読むには会員登録が必要です", "ここから先は有料会員の方のみご覧いただけます。",
    "Subscribe to continue reading", "Sign in or create a free account to keep reading.", "This article is for subscribers only.", "Der Artikel ist nur für Abonnenten lesbar.", "Jetzt abonnieren und weiterlesen",
    "La suite de cet article est réservée aux abonnés.", "Abonnez-vous pour lire la suite", "Il vous reste 75% de cet article à lire.", "Contenido exclusivo para suscriptores", "Suscríbete para seguir leyendo",
    "登录后阅读全文", "订阅后可继续阅读全文", "本文为付费内容", "이 기사는 유료 회원 전용입니다.", "로그인 후 전문을 볼 수 있습니다.", "Полный текст доступен только подписчикам", "Contenuto riservato agli abbonati",
]  # fmt: skip


@pytest.mark.parametrize("wall", WALLS)
def test_the_beginning_of_an_article_above_a_wall_is_a_teaser_without_the_wall(wall: str) -> None:
    found = document(f"<article><h1>見本市長がリヨンを訪問</h1>{BODY}<p>{wall}</p></article>", "見本市長がリヨンを訪問")
    assert found.access is Access.TEASER
    assert wall not in found.text
    assert SENTENCES[-1] in found.text


def test_a_few_lines_of_an_article_that_declares_itself_paid_are_a_teaser() -> None:
    body = f"<article><h1>見本市長がリヨンを訪問</h1>{BODY}</article>"
    assert document(body, "見本市長がリヨンを訪問", PAID).access is Access.TEASER
    assert document(body, "見本市長がリヨンを訪問").access is Access.OPEN


def test_a_whole_text_that_declares_itself_paid_is_metered() -> None:
    body = f"<article><h1>見本市長がリヨンを訪問</h1>{LONG}</article>"
    assert document(body, "見本市長がリヨンを訪問", PAID).access is Access.METERED
    tier = '<meta property="article:content_tier" content="metered">'
    assert document(body, "見本市長がリヨンを訪問", tier).access is Access.METERED


def test_a_whole_text_with_an_offer_to_subscribe_is_open() -> None:
    body = f"<article><h1>Mihon and Lyon sign</h1>{ENGLISH}<p>Subscribe to continue reading</p></article>"
    found = document(body, "Mihon and Lyon sign")
    assert found.access is Access.OPEN
    assert "Subscribe" not in found.text


def test_labels_of_links_to_paid_articles_make_no_teaser() -> None:
    links = "<ul><li><a href='/a'>別の記事</a><span>会員限定</span></li></ul>"
    body = f"<article><h1>見本市長がリヨンを訪問</h1>{BODY}</article><aside>{links}</aside>"
    assert document(body, "見本市長がリヨンを訪問").access is Access.OPEN


@pytest.mark.parametrize(
    "line",
    [
        "市長は会員限定の夕食会に招かれ、続きの協議を行った。", "The club is open to members of both cities and meets every year.", "残り3都市との協定も年内に結ぶ予定だ。", "Residents can register to see the concert.",
        "市民登录平台后阅读了两市签署的协议全文，并提出了意见。",
    ],
)  # fmt: skip
def test_a_sentence_that_mentions_members_or_the_rest_is_no_wall(line: str) -> None:
    found = document(
        f"<article><h1>見本市長がリヨンを訪問</h1>{BODY}<p>{line}</p>{BODY}</article>", "見本市長がリヨンを訪問"
    )
    assert found.access is Access.OPEN
    assert line in found.text
