"""Law M2: any subject and sender name in any script comes back from the header as it went in."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from email.header import decode_header, make_header
from email.utils import parseaddr

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.config import Mail
from pipeline.deliver.message import build_message
from pipeline.model import Letter
from pipeline.text.clean import clean_text

PIECES = ["都市外交", "ダイジェスト", "第3号", "（", "）", "中国", "天津市市长", "부산광역시", "Дипломатия городов", "👩\u200d👧‍", "🇯🇵", "City", "digest", " ", ", ", '"', "\\", "=?utf-8?q?x?=", "é", "ß", "a" * 80, "<b@c.example>", "—", ";:@()[]"]  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join),
    st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=80),
).map(clean_text)
words = re.compile(rb"=\?[^?]+\?[bq]\?([^?]*)\?=", re.IGNORECASE)
AT = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)


@given(subject=texts.filter(bool), name=texts.filter(bool))
@example("=?utf-8?q?x?= y", "=?utf-8?b?eA==?=")
@example("a" * 75, "b" * 70)
def test_subject_and_sender_name_come_back(subject: str, name: str) -> None:
    letter = Letter(week="2026-W45", edition="ja", subject=subject, text="x\n", html="<p>x</p>\n")
    mail = Mail(sender_name=name, sender_address="d@city.example", postal_address="p", contact="c@d.example", unsubscribe="u@d.example")  # fmt: skip
    raw = build_message(letter, "a@b.example", "k", sender=mail, sent_at=AT)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == subject
    # By the old parser: the new one of Python 3.11 keeps the space between encoded words in names, against RFC 2047 6.2.
    phrase, address = parseaddr(str(email.message_from_bytes(raw)["From"]))
    assert (str(make_header(decode_header(phrase))), address) == (name, "d@city.example")
    head = raw.partition(b"\r\n\r\n")[0]
    encoded = list(words.finditer(head))
    assert all(len(word[0]) <= 75 and word[1] for word in encoded)
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert sum(line.lower().startswith(b"from:") for line in head.split(b"\r\n")) == 1
