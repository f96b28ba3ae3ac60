"""The language of a text: the script where it decides, the profiles of langdetect where it does not; the same answer on every run."""

from __future__ import annotations

import functools
import heapq
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from langdetect.detector import Detector
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.utils.ngram import NGram

from pipeline.text.scripts import gate

BODY_CHARS = 200  # from here on the body alone decides
_SAMPLE_CHARS = 700  # more changes no answer and costs time
_UNDECIDED = "und"

# Languages of our sources; the rest are possible, but a short text needs more to be one of them.
_PRIORS = {
    "latin": {"en": 3.0, "fr": 2.0, "de": 2.0, "es": 2.0, "it": 1.5, "pt": 1.5, "nl": 1.0, "pl": 1.0, "tr": 1.0, "id": 1.0, "vi": 1.0, "sv": 1.0,
              "no": 1.0, "da": 1.0, "fi": 1.0, "cs": 1.0, "ro": 0.7, "hu": 0.7, "hr": 0.5, "sk": 0.5, "sl": 0.5, "lt": 0.5, "lv": 0.5, "et": 0.5,
              "ca": 0.5, "af": 0.2, "sq": 0.3, "sw": 0.3, "tl": 0.3, "so": 0.1, "cy": 0.1},
    "cyrillic": {"ru": 3.0, "uk": 1.5, "bg": 1.0, "mk": 0.5},
    "other": {"ar": 2.0, "fa": 1.0, "ur": 0.7, "hi": 2.0, "mr": 0.7, "ne": 0.7, "pa": 0.5, "gu": 0.5, "kn": 0.5, "ml": 0.5},
    "cjk": {"ja": 1.0, "zh-cn": 1.0, "zh-tw": 1.0},
}  # fmt: skip
_HAN_LANGUAGES = frozenset({"ja", "zh-Hans", "zh-Hant"})
_BCP47 = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant"}


class Language(NamedTuple):
    """A language and how sure it is."""

    code: str  # BCP 47, "und" if nothing tells
    confidence: float  # 0..1


def detect_language(title: str, body: str, declared: str = "", usual: tuple[str, ...] = ()) -> Language:
    """The language of an article.

    Args:
        declared: what the page or feed declares, in any spelling. Pages declare wrong ones: it only breaks ties.
        usual: the source's languages, the main one first; they break ties after the declared one.
    """
    text = body if len(body) >= BODY_CHARS else f"{title}\n{body}"
    stated = normalise_language(declared)
    hints = tuple(code for code in (stated, *usual) if code)
    gated = gate(text)
    if gated.script == "cjk":
        return _of_han(gated.language, gated.confidence, text, hints)
    if gated.language:
        return Language(gated.language, round(gated.confidence, 3))
    if not gated.script:
        return Language(_UNDECIDED, 0.0)
    sample = _URLS.sub(" ", text[:_SAMPLE_CHARS])
    unprofiled = _without_profile(sample, gated.script)
    if unprofiled:
        return Language(unprofiled, 0.9)
    if gated.script == "latin" and stated and stated not in _HAN_LANGUAGES and not _has_profile(stated):
        return Language(stated, 0.6)  # a rare language that nobody declares by mistake
    return _detect(sample, gated.script, hints)


# ------------------------------------------------------------------------------------------------------ Han characters only

# Below it what was declared decides: one word of lead in `pipeline.text.scripts` gives 0.67.
_SURE_OF_HAN = 0.6


def _of_han(language: str, confidence: float, text: str, hints: tuple[str, ...]) -> Language:
    """Characters that could be Japanese or either Chinese: what was declared, if it is one of them, else the likeliest."""
    if confidence >= _SURE_OF_HAN:
        return Language(language, round(confidence, 3))
    for hint in hints:
        if hint in _HAN_LANGUAGES:
            return Language(hint, 0.6)
    if language:
        return Language(language, round(confidence, 3))
    found = _detect(text[:_SAMPLE_CHARS], "cjk", ())
    return Language("zh-Hans", 0.34) if found.code == _UNDECIDED else found._replace(confidence=0.34)


# ------------------------------------------------------------------------------------------------------------- langdetect


def _detect(sample: str, script: str, hints: tuple[str, ...]) -> Language:
    priors = dict(_PRIORS[script])
    for hint in hints:
        if hint in priors:
            priors[hint] *= 2
    found = _profiles(script).rank(sample, priors)
    if not found:
        return Language(hints[0], 0.3) if hints and script == "latin" else Language(_UNDECIDED, 0.0)
    if script == "latin" and (found.code in _LIKE_NGUNI or found.confidence < _SURE_OF_WORDS):
        found = found._replace(code=_nguni(sample) or found.code)
    return Language(_BCP47.get(found.code, found.code), found.confidence)


# langdetect's smoothing: half an occurrence in ten thousand.
_SMOOTHING = Detector.ALPHA_DEFAULT / Detector.BASE_FREQ
# Runs of one, two and three letters overlap: each letter is heard about three times.
_OVERLAP = 3.0
# The small words of a language, and the words of our subject. Headlines are short and full of foreign names; such a word says
# there more than its letters.
_USUAL_WORDS = {
    "en": "the of and to in for with on at by from is are was as its after over under new will has have be it that this his her not who how what why visits visit signs sign meets hosts mayor mayors city cities sister twin twinning town council delegation ties agreement partnership deal talks between host join joint says",
    "fr": "le la les des du de et à au aux en pour avec sur dans une un est par entre qui que son sa ses ont s'est maire maires ville villes jumelage jumelée accord visite signe signent reçoit délégation face après contre",
    "de": "der die das den dem des und im in zu zum zur mit von vom für auf ist sein seine während nach über aus bei eine einer ein wird stadt städte partnerstadt städtepartnerschaft bürgermeister oberbürgermeister besucht unterzeichnet empfängt delegation",
    "es": "el la los las de del y en con por para un una se su sus entre al es que como alcalde alcaldesa ciudad ciudades hermanamiento firma firman visita recibe acuerdo delegación",
    "it": "il lo la gli le di del della dei delle e in con per un una tra al alla nel nella sul che è si sindaco città gemellaggio firma visita incontra accordo delegazione comune",
    "pt": "o a os as de do da dos das e em no na com por para um uma entre ao à que se prefeito prefeita cidade cidades irmã irmãs assina visita recebe acordo delegação câmara",
    "nl": "de het een en van in op met voor te bij naar over aan uit door zijn is na wordt niet burgemeester stad steden stedenband zusterstad bezoekt tekent delegatie gemeente",
    "sv": "och i att det som en ett på av för med till den är om från har inte efter vid mellan borgmästare stad städer vänort besöker kommun delegation",
    "da": "og i at det som en et på af for med til den er om fra har ikke efter ved mellem hun han jeg var borgmester by byer venskabsby besøger kommune delegation",
    "no": "og i at det som en et på av for med til den er om fra har ikke etter ved mellom hun han jeg var ordfører by byer vennskapsby besøker kommune delegasjon",
    "fi": "ja on ei että se oli kun myös sekä pormestari kaupunki kaupungin ystävyyskaupunki vierailee kaupunkien",
    "pl": "i w z na do się o nie że jest oraz dla prezydent miasta miasto miast burmistrz partnerskie podpisał delegacja umowa współpraca",
    "cs": "a v z na do se o že je s pro ve primátor starosta město města měst partnerské podepsal delegace spolupráce",
    "sk": "a v z na do sa o že je s pre vo primátor starosta mesto mesta partnerské podpísal delegácia spolupráca",
    "hu": "a az és hogy nem is egy polgármester város testvérváros városi küldöttség együttműködési",
    "ro": "și în de la cu pe din pentru o un a al ai ale primarul oraș orașul orașe înfrățire semnat acord delegație",
    "tr": "ve bir ile için bu da de belediye başkanı kardeş şehir kent arasında ziyaret etti imzaladı heyeti büyükşehir",
    "id": "dan di ke dari yang untuk dengan pada ini itu wali kota walikota pemkot kunjungi kunjungan kerja sama kembar sambut antara",
    "vi": "và của là có cho với các trong được tại thành phố thị trưởng đoàn đại biểu ký kết hữu nghị hợp tác",
    "hr": "i u na je se za od s da su iz gradonačelnik grad grada gradova pobratimljeni potpisali suradnji posjet",
    "sl": "in v na je se za od z da so iz župan mesto mesta pobrateno podpisala sodelovanju obisk",
    "lt": "ir į iš su kad yra ne dėl meras miestas miesto miestų partnerių pasirašė delegacija bendradarbiavimo",
    "lv": "un ar no uz ir par ka ne mērs pilsēta pilsētas pilsētu sadraudzības parakstīja delegācija",
    "et": "ja on et ei ka linnapea linn linna linnade sõpruslinn allkirjastas delegatsioon koostöö",
    "ru": "и в на с со не что как для по из к о об от до у мэр мэра глава города город городов побратимы побратим подписал подписали делегация делегацией встретился встреча",
    "uk": "і й та в у на з зі не що як для по із до про від мер мера міста місто міст міський побратими підписав підписали делегація делегацією зустрівся",
    "bg": "и на в във с със за от се да е не че по при кметът кмет община града град градове побратимени подписаха подписа делегация посрещна среща",
    "mk": "и на во со за од се да е не дека градоначалникот град градови збратимени потпишаа делегација",
    "ca": "el la els les de del i en amb per a un una que és alcalde alcaldessa ciutat ciutats agermanament signa visita",
}  # fmt: skip
_USUAL_WEIGHT = 6.0  # natural logarithm, before the division: one such word doubles the odds twice and more
_CAPITAL_WEIGHT = 0.5  # capitalised words are names as often as not

# Words read at once, and the lead that ends the reading: on real pages no language that led by so much was overtaken.
_ENOUGH_WORDS = 12
_ENOUGH_LEAD = 60.0


class _Profiles:
    """The profiles of langdetect for the languages of one script, weighed by all n-grams of a text at once.

    langdetect itself draws n-grams at random until one language leads, over all 55 languages: 9 ms a text, and another answer
    for another seed. The sum over all of them has the same expectation and needs no chance.
    """

    def __init__(self, languages: tuple[str, ...]) -> None:
        factory = DetectorFactory()
        factory.load_json_profile([(Path(PROFILES_DIRECTORY) / code).read_text("utf-8") for code in languages])
        self._languages: tuple[str, ...] = tuple(factory.langlist)
        self._frequencies: Mapping[str, list[float]] = factory.word_lang_prob_map
        self._letters = _Letters()
        self._usual: dict[str, list[int]] = {}  # word -> positions of the languages that use it often
        for at, code in enumerate(self._languages):
            for word in frozenset(_USUAL_WORDS.get(code, "").split()):
                self._usual.setdefault(word, []).append(at)
        self._known: dict[str, tuple[tuple[int, float], ...]] = {}
        # The same words come in every text of a language.
        self._word = functools.lru_cache(maxsize=4_096)(self._weigh)

    def rank(self, text: str, priors: Mapping[str, float]) -> Language | None:
        """The likeliest language in langdetect's spelling, None for a text without a known n-gram."""
        totals = [0.0] * len(self._languages)
        words = NGram.normalize_vi(text).translate(self._letters).split()
        for at in range(0, len(words), _ENOUGH_WORDS):
            rows = [self._word(word) for word in words[at : at + _ENOUGH_WORDS]]
            totals = [sum(column) for column in zip(totals, *rows, strict=True)]
            best, second = heapq.nlargest(2, totals)
            if best - second > _ENOUGH_LEAD:
                break
        if not any(totals):
            return None
        logs = [total / _OVERLAP + math.log(priors[code]) for total, code in zip(totals, self._languages, strict=True)]
        best = max(logs)
        share = 1 / sum(math.exp(value - best) for value in logs)
        return Language(self._languages[logs.index(best)], round(min(share, 0.99), 3))

    def _weigh(self, word: str) -> list[float]:
        """Logarithms of likelihoods, one a language; words in capitals say nothing."""
        weights = [0.0] * len(self._languages)
        if len(word) > 1 and word.isupper():
            return weights
        padded = f" {word} "
        for size in (1, 2, 3):
            for at in range(size == 1, len(padded) - size + (size != 1)):
                for language, weight in self._gram(padded[at : at + size]):
                    weights[language] += weight
        if word[0].isupper():
            weights = [weight * _CAPITAL_WEIGHT for weight in weights]
        for language in self._usual.get(word.casefold(), ()):
            weights[language] += _USUAL_WEIGHT
        return weights

    def _gram(self, gram: str) -> tuple[tuple[int, float], ...]:
        """The languages that have an n-gram, by position, and the logarithm of how much it speaks for each."""
        found = self._known.get(gram)
        if found is None:
            shares = enumerate(self._frequencies.get(gram, ()))
            found = tuple((at, math.log1p(share / _SMOOTHING)) for at, share in shares if share)
            self._known[gram] = found
        return found


class _Letters(dict[int, str]):
    """Characters as langdetect's profiles spell them, for str.translate; marks and figures become spaces."""

    def __missing__(self, code: int) -> str:
        self[code] = NGram.normalize(chr(code))
        return self[code]


@functools.cache
def _profiles(script: str) -> _Profiles:
    return _Profiles(tuple(_PRIORS[script]))


def _has_profile(code: str) -> bool:
    return any(code in languages for languages in _PRIORS.values())


_URLS = re.compile(r"https?://\S+|\S+@\S+")


# -------------------------------------------------------------------------------------------- languages without a profile

# Small words of languages that langdetect does not know; none is a small word of a language that it would take them for.
_SMALL_WORDS = {
    "is": "að sem við ekki með fyrir þess það hefur í frá verið eru þeir þetta þar þegar eftir þá sér sín hafa sagði segir",
    "eu": "eta da du dira izan ere baina egin bat dute zuen hau hori gabe dela batzuk duen ditu arteko izango den",
    "gl": "unha unhas coa coas polo polos dende tamén máis xunta concello hai ó moi moito algunha veciños ademais despois xa nunha nos onde cidade cidades entre",
    "ms": "ialah kerajaan bandaraya kerana iaitu perbandaran majlis datuk antarabangsa mesyuarat selepas manakala beliau daripada kebangsaan berkata turut lawatan menerusi ahli boleh",
    "ga": "agus na an ar leis bhí tá sé chun faoi atá mar gcathair seo idir ach don cathair níl chomh",
    "mt": "li ta' il-belt fil- tal- u ma' għal għall- kien hija huwa dan din minn bejn fuq lill- qal jew mill- dwar",
    "az": "və ilə bu üçün bir olan olub edib şəhər şəhəri şəhərinin arasında görə da də həmçinin barədə",
    "uz": "va bilan uchun bu bo‘yicha o‘rtasida shahar shahri hamda ham haqida bo‘lgan bo'lgan o'rtasida",
}
_SMALL = {code: frozenset(words.split()) for code, words in _SMALL_WORDS.items()}
_WORDS = re.compile(r"[^\W\d_]+(?:['’‘-](?:[^\W\d_]+)?)?")
_SMALL_SHARE = 0.10  # of the words of running text; other languages stay below 0.04
_SMALL_LEAST = 2  # words: one alone may be a name

# Zulu and Xhosa come out as Swahili, every fifth word of which is one of these; theirs are joined to the next word.
_SWAHILI = frozenset(
    [
        "ya",
        "wa",
        "na",
        "kwa",
        "katika",
        "ni",
        "za",
        "la",
        "cha",
        "vya",
        "kuwa",
        "hiyo",
        "huo",
        "hii",
        "huu",
        "pia",
        "au",
        "hata",
        "yake",
        "wake",
        "kama",
        "bila",
        "baada",
        "hivyo",
    ]
)
_NGUNI = re.compile("hl|dl|[kpt]h|q|[gn]x|xh")  # laterals, aspirates, clicks
_LIKE_NGUNI = frozenset({"sw", "so", "tl"})
_SURE_OF_WORDS = 0.85  # a language found with less may be one that has no profile
_NGUNI_SHARE = 0.1  # of the words; of the Swahili ones fewer
_NGUNI_VOWELS = 0.8
_XHOSA = re.compile("rh|ty|^(?:ii|oo|ee|aa)|^(?:ukuba|kwaye|okanye|kunye|yokuba|ukuze|kuba|xa)$")
_ZULU = re.compile("^[ei]zi[mn]|^(?:[uy]kuthi|futhi|kanye|ngoba|uma|noma|lapho|lokhu)$|okuthi$|ukuthi$")

# Cyrillic letters that one language alone has, of those the profiles do not know.
_OWN_LETTERS = (("be", "ў"), ("sr", "ђћџ"), ("kk", "әғқұһ"), ("mn", "өү"))
_OWN_LETTERS_SHARE = 0.02


def _without_profile(sample: str, script: str) -> str:
    """A language that langdetect does not know, by its small words or letters; "" for others."""
    folded = sample.casefold()
    if script == "cyrillic":
        least = max(2.0, len(folded) * _OWN_LETTERS_SHARE)
        return next((code for code, own in _OWN_LETTERS if sum(map(folded.count, own)) >= least), "")
    if script != "latin":
        return ""
    words = _WORDS.findall(folded)
    found = {code: sum(1 for word in words if word in small) for code, small in _SMALL.items()}
    best = max(found, key=lambda code: found[code])
    return best if found[best] >= max(_SMALL_LEAST, len(words) * _SMALL_SHARE) else ""


def _nguni(sample: str) -> str:
    """Zulu or Xhosa: words that end in vowels, with sounds that other such languages lack; "" for others."""
    words = _WORDS.findall(sample.casefold())
    least = len(words) * _NGUNI_SHARE
    if sum(1 for word in words if _NGUNI.search(word)) <= least or sum(1 for word in words if word in _SWAHILI) > least:
        return ""
    if sum(1 for word in words if word[-1] in "aeiou") < len(words) * _NGUNI_VOWELS:
        return ""
    xhosa, zulu = (sum(1 for word in words if own.search(word)) for own in (_XHOSA, _ZULU))
    return "xh" if xhosa > zulu else "zu"


_HANT = re.compile(r"hant|[_-](?:tw|hk|mo)\b", re.IGNORECASE)
_NAMES = {
    "nb": "no",  # langdetect tells no kinds of Norwegian apart
    "nn": "no",
    "in": "id",  # ISO 639 before 1989, still sent by old systems
    "iw": "he",
    "jp": "ja",
    "kr": "ko",
    "cn": "zh-Hans",
    "tw": "zh-Hant",
    "japanese": "ja",
    "english": "en",
    "chinese": "zh-Hans",
    "korean": "ko",
}


def normalise_language(declared: str) -> str:
    """A declared language as we write it, "" for what is none: ja_JP is ja, zh-TW is zh-Hant, zh is zh-Hans."""
    code = declared.strip().split(",")[0]
    if code.lower() in _NAMES:
        return _NAMES[code.lower()]
    primary = re.split(r"[-_]", code)[0].lower()
    primary = _NAMES.get(primary, primary).partition("-")[0]
    if not re.fullmatch(r"[a-z]{2,3}", primary):
        return ""
    if primary == "zh":
        return "zh-Hant" if _HANT.search(code) else "zh-Hans"
    return primary
