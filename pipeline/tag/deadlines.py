"""Which dates are deadlines: the last day to apply or to register, on which nothing takes place."""

from __future__ import annotations

from pipeline.tag.expressions import compile_folded

_BEFORE, _AFTER = 70, 40  # characters of the same sentence that are looked at on either side of a date
_ENDS = compile_folded(r"[。!?！？\n]|\.\s(?!\d)")

# Words that name a deadline, whatever stands between them and the date.
_NAMED = compile_folded(
    r"締め?切|締切|〆切|しめきり|期限|必着|消印有効"
    r"|截止(?!到|目前|至今|$)|(?:报名|報名|申请|申請|投稿|征集|徵集|提交|收件)[^。]{0,8}截止|截稿|截至日期|最后期限|最後期限|마감|기한"
    r"|\bdeadlines?\b|\bclosing date|\b(?:applications?|registrations?|entries|submissions?|nominations?|enrol\w*|the call|call for \w+)\b[^.]{0,30}\b(?:close|closes|end|ends|due)\b"
    r"|\bdue (?:by|on|date)|\brsvp\b|\bcut-?off date"
    r"|\b(?:date|heure) limite|\bcloture des (?:inscriptions|candidatures)|\bau plus tard\b|\bdernier delai"
    r"|(?<!largo )(?<!corto )(?<!medio )(?<!mediano )\bplazo\b|\bfecha (?:limite|tope)|\bcierre de (?:inscripciones|convocatoria)|\bfecha de cierre"
    r"|\b(?:bewerbungs|anmelde|einsende|abgabe|antrags)(?:frist|schluss)|\bfrist\b|\bstichtag"
    r"|\bscadenza|\btermine ultimo|(?<!longo )(?<!curto )(?<!medio )\bprazo\b|\bdata limite|\buiterlijk\b|\buiterste datum|\bsluitingsdatum"
    r"|\bсрок\w* (?:подачи|приема)|\bкрайний срок|\bдедлайн|\bне позднее|\bприем заявок|\bзаявки принимаются"
    r"|\bкінцевий термін|\bтермін подання|\btermin (?:skladania|zgloszen|nadsylania)|\bson basvuru|\bbatas (?:waktu|akhir)"
)
# What is applied for, beside a word that says until when.
_ACTS = compile_folded(
    r"応募|申し?込|受け?付|提出|募集|登録|エントリー|出願|报名|報名|申请|申請|提交|投稿|征集|徵集|申报|收件|신청|접수|모집|제출|등록|지원"
    r"|\bappl(?:y|ications?|icants?)\b|\bregist(?:er|ration|rations)\b|\bsubmi(?:t|ssions?|tted)\b|\bsign up|\bentries\b|\bnominat|\bproposals?\b|\benrol"
    r"|\bcandidat|\binscri|\bpostul|\bdeposer|\bsolicitud|\bpresentar|\benviar|\bbewerb|\banmeld|\beinreich|\banmelden"
    r"|\bdomand[ae]\b|\biscri|\binviare|\bcandidatur|\baanmeld|\binschrij|\bзаявк|\bзаявк|\bрегистрац|\bподать|\bподан|\bзгл|\bzglosz|\bwniosk|\bbasvur|\bpendaftaran"
)
_UNTIL_BEFORE = compile_folded(
    r"(?:\bby|\buntil|\btill|\bbefore|\bno later than|\bon or before|\bavant|\bjusqu'(?:au|a)|\bhasta(?: el)?|\bantes del?|\bbis(?: zum| spatestens)?|\bspatestens(?: am| bis)?"
    r"|\bentro(?: il)?|\bfino al|\bate(?: o)?(?: dia)?|\btot(?: en met)?|\bдо|\bdo(?: dnia)?|\bsampai|\bhingga|于|於|至|到|截至)"
    r"(?:\s(?:the|le|el|dem|il|o|dia))?(?:\s\w{4,10},?)?\s?$"
)
_UNTIL_AFTER = compile_folded(
    r"\s?(?:\([^()]{1,8}\))?\s?(?:(?:午後|午前|오후|오전)?\d{1,2}(?:時|:\d\d|시))?\s?(?:まで|까지|之?前|以前|为止|為止|tarihine kadar|'?[ae] kadar)"
)


def is_deadline(text: str, start: int, end: int, before: int, after: int) -> bool:
    """True for a date that its sentence calls a deadline.

    Args:
        text: folded.
        before: where the date before it ends; words up to there belong to that one.
        after: where the next date begins.
    """
    left = _last_piece(text[max(start - _BEFORE, before, 0) : start])
    right = _ENDS.split(text[end : min(end + _AFTER, after)], maxsplit=1)[0]
    if _NAMED.search(left) or _NAMED.search(right):
        return True
    if not (_UNTIL_BEFORE.search(left) or _UNTIL_AFTER.match(right)):
        return False
    return bool(_ACTS.search(left) or _ACTS.search(right))


def _last_piece(text: str) -> str:
    return _ENDS.split(text)[-1]
