"""Laws of the date reader: what is written in a supported form reads back as the same day, and no text is too odd for it."""

import datetime as dt
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import FuzzyDate, Origin, Precision
from pipeline.text.dates import FIRST_YEAR, LAST_YEAR, read_date

TOKYO, PARIS, NEW_YORK, TAIPEI, BANGKOK = map(
    ZoneInfo, ("Asia/Tokyo", "Europe/Paris", "America/New_York", "Asia/Taipei", "Asia/Bangkok")
)
NOW = dt.datetime(2090, 1, 2, tzinfo=dt.UTC)
REIWA = dt.date(2019, 5, 1)
DAYS = st.dates(min_value=REIWA, max_value=dt.date(2049, 12, 31))
DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def read(raw: str, zone: ZoneInfo = TOKYO) -> FuzzyDate | None:
    return read_date(raw, zone=zone, now=NOW, origin=Origin.VISIBLE)


def ranked(number: int) -> str:
    """28 as 二十八."""
    tens, ones = divmod(number, 10)
    ten = {0: "", 1: "十"}.get(tens, f"{tens}十".translate(DIGITS))
    return ten + (str(ones).translate(DIGITS) if ones else "")


def month(names: str) -> Callable[[dt.date], str]:
    listed = names.split()
    return lambda day: listed[day.month - 1]


EN = month("January February March April May June July August September October November December")
FR = month("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
DE = month("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
ES = month("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
IT = month("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre")
PT = month("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro")
RU = month("января февраля марта апреля мая июня июля августа сентября октября ноября декабря")
UK = month("січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня")
PL = month("stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia")
TR = month("Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık")
CS = month("ledna února března dubna května června července srpna září října listopadu prosince")
ID = month("Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember")
NL = month("januari februari maart april mei juni juli augustus september oktober november december")

FORMS: dict[str, tuple[ZoneInfo, Callable[[dt.date], str]]] = {
    "iso": (TOKYO, lambda d: d.isoformat()),
    "compact": (TOKYO, lambda d: f"{d:%Y%m%d}"),
    "week": (TOKYO, lambda d: "{}-W{:02}-{}".format(*d.isocalendar())),
    "slashes": (TOKYO, lambda d: f"{d.year}/{d.month}/{d.day}"),
    "korean dots": (TOKYO, lambda d: f"{d.year}. {d.month}. {d.day}."),
    "japanese": (TOKYO, lambda d: f"{d.year}年{d.month}月{d.day}日"),
    "full width": (TOKYO, lambda d: f"{d.year}年{d.month}月{d.day}日".translate(WIDE)),
    "numerals": (TOKYO, lambda d: f"{str(d.year).translate(DIGITS)}年{ranked(d.month)}月{ranked(d.day)}日"),
    "era": (TOKYO, lambda d: f"令和{d.year - 2018}年{d.month}月{d.day}日"),
    "era in numerals": (TOKYO, lambda d: f"令和{ranked(d.year - 2018)}年{ranked(d.month)}月{ranked(d.day)}日"),
    "era letter": (TOKYO, lambda d: f"R{d.year - 2018}.{d.month}.{d.day}"),
    "both calendars": (TOKYO, lambda d: f"令和{d.year - 2018}年({d.year}年){d.month}月{d.day}日"),
    "western first": (TOKYO, lambda d: f"{d.year}年(令和{d.year - 2018}年){d.month}月{d.day}日"),
    "republic": (TOKYO, lambda d: f"中華民國{d.year - 1911}年{d.month}月{d.day}日"),
    "republic in figures": (TAIPEI, lambda d: f"{d.year - 1911}-{d.month:02}-{d.day:02}"),
    "korean": (TOKYO, lambda d: f"{d.year}년 {d.month}월 {d.day}일"),
    "buddhist": (BANGKOK, lambda d: f"{d.day:02}/{d.month:02}/{d.year + 543}"),
    "american": (NEW_YORK, lambda d: f"{d.month}/{d.day}/{d.year}"),
    "european": (PARIS, lambda d: f"{d.day}/{d.month}/{d.year}"),
    "dots": (PARIS, lambda d: f"{d.day}.{d.month}.{d.year}"),
    "english": (NEW_YORK, lambda d: f"{EN(d)} {d.day}, {d.year}"),
    "british": (PARIS, lambda d: f"{d.day} {EN(d)} {d.year}"),
    "short": (PARIS, lambda d: f"{d.day}-{EN(d)[:3]}-{d.year}"),
    "french": (PARIS, lambda d: f"le {d.day} {FR(d)} {d.year}"),
    "german": (PARIS, lambda d: f"den {d.day}. {DE(d)} {d.year}"),
    "spanish": (PARIS, lambda d: f"{d.day} de {ES(d)} de {d.year}"),
    "italian": (PARIS, lambda d: f"{d.day} {IT(d)} {d.year}"),
    "portuguese": (PARIS, lambda d: f"{d.day} de {PT(d)} de {d.year}"),
    "russian": (PARIS, lambda d: f"{d.day} {RU(d)} {d.year} г."),
    "ukrainian": (PARIS, lambda d: f"{d.day} {UK(d)} {d.year} року"),
    "polish": (PARIS, lambda d: f"{d.day} {PL(d)} {d.year} r."),
    "turkish": (PARIS, lambda d: f"{d.day} {TR(d)} {d.year}"),
    "turkish capitals": (PARIS, lambda d: f"{d.day} {TR(d)} {d.year}".replace("i", "İ").upper()),
    "czech": (PARIS, lambda d: f"{d.day}. {CS(d)} {d.year}"),
    "indonesian": (PARIS, lambda d: f"{d.day} {ID(d)} {d.year}"),
    "dutch": (PARIS, lambda d: f"{d.day} {NL(d)} {d.year}"),
}


@pytest.mark.parametrize("form", FORMS)
@given(day=DAYS)
def test_every_day_reads_back_from_every_form(form: str, day: dt.date) -> None:
    zone, write = FORMS[form]
    date = read(write(day), zone)
    assert date is not None
    assert (date.day, date.precision, date.zone_stated) == (day, Precision.DAY, False)


NAIVE = st.datetimes(
    min_value=dt.datetime(1995, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=dt.datetime(2090, 1, 1),  # noqa: DTZ001
)


@given(NAIVE, st.integers(-14 * 4, 14 * 4))
def test_iso_8601_comes_back_as_it_went(moment: dt.datetime, quarters: int) -> None:
    stated = moment.replace(microsecond=0, tzinfo=dt.timezone(dt.timedelta(minutes=15 * quarters)))
    date = read(stated.isoformat())
    assert date is not None
    assert date.value == stated
    assert date.zone_stated


@given(NAIVE, st.integers(-12, 14))
def test_rfc_822_comes_back_as_it_went(moment: dt.datetime, hours: int) -> None:
    stated = moment.replace(microsecond=0, tzinfo=dt.timezone(dt.timedelta(hours=hours)))
    date = read(f"{stated:%a}, {stated.day} {EN(stated.date())[:3]} {stated:%Y %H:%M:%S %z}")
    assert date is not None
    assert date.value == stated
    assert date.zone_stated


def in_range(date: FuzzyDate | None) -> bool:
    return date is None or (date.value.tzinfo is not None and FIRST_YEAR <= date.value.year <= LAST_YEAR + 1)


@given(st.text(max_size=300))
def test_no_text_makes_it_raise(raw: str) -> None:
    assert in_range(read(raw))


@given(
    st.text(alphabet="0123456789年月日号월일년./-: '()令和元民國rhtsTZW+−GMT午前後時分半正午ıİşöéмая,", max_size=60),
    st.sampled_from([TOKYO, PARIS, NEW_YORK, TAIPEI, BANGKOK]),
)
def test_no_text_made_of_pieces_of_dates_makes_it_raise(raw: str, zone: ZoneInfo) -> None:
    assert in_range(read(raw, zone))


@given(
    st.lists(st.sampled_from([*(write(REIWA) for _, write in FORMS.values()), " ", "10", "ab", "年", "PM"]), max_size=8)
)
def test_pieces_of_dates_in_any_order_do_not_make_it_raise(pieces: list[str]) -> None:
    assert in_range(read("".join(pieces)))


@pytest.mark.parametrize(
    "piece", ["1", "2025年", "10月", "- ", " ", "2025-10-", "(", "Oct ", "午後 ", "1/", "三", "令和"]
)
def test_a_long_string_takes_no_longer_than_its_beginning(piece: str) -> None:
    started = time.process_time()
    read(piece * 1_000_000)
    assert time.process_time() - started < 0.5  # 200 characters are looked at, which takes well under 50 ms
