"""The date reader: one line for each distinct form that sources really write."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from pipeline.model import FuzzyDate, Origin, Precision
from pipeline.text.dates import day_first_in, month_named, number_of, read_date

NOW = dt.datetime(2025, 11, 22, 3, 0, tzinfo=dt.UTC)
ZONES = {
    "J": "Asia/Tokyo", "C": "Asia/Shanghai", "K": "Asia/Seoul", "T": "Asia/Taipei", "H": "Asia/Hong_Kong", "B": "Asia/Bangkok",
    "I": "Asia/Kolkata", "E": "Europe/Berlin", "F": "Europe/Paris", "G": "Europe/London", "R": "Europe/Moscow",
    "A": "America/New_York", "M": "America/Mexico_City", "O": "America/Toronto", "U": "UTC",
}  # fmt: skip
TOKYO = ZoneInfo("Asia/Tokyo")

# raw | zone of the source | what it says: a month, a day or a minute; with an offset only where the string states its zone;
# nothing where no date can be told. Each is read on 22 November 2025.
TABLE = """
# Japanese eras
明治45年7月29日 | J | 1912-07-29
大正15年12月24日 | J | 1926-12-24
昭和64年1月7日 | J | 1989-01-07
平成元年1月8日 | J | 1989-01-08
令和元年5月1日 | J | 2019-05-01
R7.10.20 | J | 2025-10-20
R07.10.20 | J | 2025-10-20
R7年10月20日 | J | 2025-10-20
R7-10-20 | J | 2025-10-20
R元.5.1 | J | 2019-05-01
R元年5月1日 | J | 2019-05-01
Ｒ元年５月１日 | J | 2019-05-01
S64.1.7 | J | 1989-01-07
T15.12.24 | J | 1926-12-24
M45.7.29 | J | 1912-07-29
H31.4.30 | J | 2019-04-30
令7.10.20 | J | 2025-10-20
平30年1月5日 | J | 2018-01-05
令和7年10月20日(月曜日) | J | 2025-10-20
令和7年10月20日（月）午後1時30分 | J | 2025-10-20T13:30
令和7年10月20日 月曜日 | J | 2025-10-20
㋿7年10月20日 | J | 2025-10-20
㍻29年10月27日 | J | 2017-10-27
令和７年１０月２０日（月曜日）　１０時００分 | J | 2025-10-20T10:00
# Chinese numerals
二〇二五年十月二十日 | J | 2025-10-20
二〇二五年一〇月二〇日 | J | 2025-10-20
二千二十五年十月二十日 | J | 2025-10-20
令和七年十月二十日 | J | 2025-10-20
令和七年 十月 二十日 | J | 2025-10-20
昭和五十三年八月十二日 | J | 1978-08-12
平成三十一年四月三十日 | J | 2019-04-30
平成廿九年十月廿七日 | J | 2017-10-27
# Japanese: figures, times, labels
2025/10/20 | J | 2025-10-20
2025／10／20 | J | 2025-10-20
25.10.20 | J |
25/10/20 | J |
2025.10.20(月) | J | 2025-10-20
2025年10月20日(月) 正午 | J | 2025-10-20T12:00
2025年10月20日 午前0時 | J | 2025-10-20T00:00
2025年10月20日 午後0時30分 | J | 2025-10-20T12:30
2025年10月20日午前10時半 | J | 2025-10-20T10:30
2025年10月20日 10時30分 | J | 2025-10-20T10:30
2025年10月20日10時30分15秒 | J | 2025-10-20T10:30:15
2025年10月20日 24:00 | J | 2025-10-21T00:00
2025年10月20日 25:30 | J | 2025-10-20
最終更新日：2025年10月20日 | J | 2025-10-20
最終更新日 2025年10月20日 ページID 12345 | J | 2025-10-20
更新日：2025年10月20日 | J | 2025-10-20
ページ番号1012345 更新日 令和7年10月20日 | J | 2025-10-20
掲載日:2025年10月20日 更新日:2025年11月1日 | J | 2025-10-20
公開日 2025年10月20日 | J | 2025-10-20
[2025年10月20日] | J | 2025-10-20
【2025年10月20日】 | J | 2025-10-20
# both calendars
平成29年(2017年)10月27日 | J | 2017-10-27
2017年(平成29年)10月27日 | J | 2017-10-27
2025年(令和7年)10月20日 | J | 2025-10-20
令和7年(2025)10月20日 | J | 2025-10-20
2025(令和7)年10月20日 | J | 2025-10-20
令和7（西暦2025）年10月20日 | J | 2025-10-20
西暦2025年10月20日 | J | 2025-10-20
# without a year, and what is no date
10月20日(月) | J | 2025-10-20
１０月２０日 | J | 2025-10-20
十月二十日 | J | 2025-10-20
12月31日 | J | 2024-12-31
'25年10月20日 | J | 2025-10-20
2025-10-20（月）18:30 | J | 2025-10-20T18:30
2025/10/20 6:30 PM | J | 2025-10-20T18:30
2025年10月 | J | 2025-10
令和7年10月 | J | 2025-10
R7.10 | J |
令和7年10月号 | J | 2025-10
2025年10月20日〜22日 | J | 2025-10-20
令和7年度 | J |
2025年度 | J |
2025年 | J |
令和7年 | J |
© 2025 | J |
Copyright 2019-2025 Mihon City | J |
# the Republic of China
中華民國114年10月20日 | T | 2025-10-20
中華民國一百一十四年十月二十日 | T | 2025-10-20
中華民國一一四年十月二十日 | T | 2025-10-20
民國114年10月20日 | T | 2025-10-20
民國114-10-20 | T | 2025-10-20
114.10.20 | T | 2025-10-20
114/10/20 | T | 2025-10-20
114-10-20 | T | 2025-10-20
114年10月20日 | T | 2025-10-20
114年10月20日 | J | 2025-10-20
114.10.20 | J |
發布日期：114-10-20 | T | 2025-10-20
99.12.31 | T |
# Chinese
2025年10月20日 星期一 18:30 | C | 2025-10-20T18:30
2025年10月20日星期一18:30 | C | 2025-10-20T18:30
2025年10月20日（星期一）下午6時30分 | H | 2025-10-20T18:30
2025年10月20日 18点30分 | C | 2025-10-20T18:30
2025年10月20日晚8点 | C | 2025-10-20T20:00
2025年10月20日08时30分 | C | 2025-10-20T08:30
2025-10-20 18:30:15 来源：本站 | C | 2025-10-20T18:30:15
时间：2025-10-20 | C | 2025-10-20
发布时间:2025-10-20 09:05 | C | 2025-10-20T09:05
2025-10-20 09:05浏览次数：1024 | C | 2025-10-20T09:05
2025-10-2009:05 | C | 2025-10-20T09:05
2025年10月20日18:30 | C | 2025-10-20T18:30
2025.10.2018:30 | C | 2025-10-20T18:30
10月20日 | C | 2025-10-20
10-20 | C | 2025-10-20
10-20 18:30 | C | 2025-10-20T18:30
(10-20) | C | 2025-10-20
[10/20] | C | 2025-10-20
二○二五年十月二十日 | C | 2025-10-20
二0二五年十月二十日 | C | 2025-10-20
2025年10月20号 | C | 2025-10-20
2025 年 10 月 20 日 | C | 2025-10-20
2025-10/20 | C |
2025年 10月20日 | C | 2025-10-20
# Korean
2025년 10월 20일 오후 6시 30분 | K | 2025-10-20T18:30
2025년10월20일 | K | 2025-10-20
2025. 10. 20. | K | 2025-10-20
2025. 10. 20. 오후 6:30 | K | 2025-10-20T18:30
2025.07.09 18:30 | K | 2025-07-09T18:30
2025.10.20. 18:30 | K | 2025-10-20T18:30
입력 2025-10-20 18:30:00 | K | 2025-10-20T18:30
입력 : 2025.10.20 18:30 수정 : 2025.10.21 09:00 | K | 2025-10-20T18:30
입력 2025-10-20 오전 12:05 | K | 2025-10-20T00:05
등록일 2025-10-20(월) | K | 2025-10-20
승인 2025.10.20 18:30 | K | 2025-10-20T18:30
10월 20일 | K | 2025-10-20
2025년 10월 | K | 2025-10
2025/10/20 (월) 18:30 | K | 2025-10-20T18:30
20251020 | K | 2025-10-20
2025년 10월 20일 월요일 18:30 | K | 2025-10-20T18:30
# Buddhist era
20 ตุลาคม 2568 | B | 2025-10-20
20 ต.ค. 2568 | B | 2025-10-20
20/10/2568 | B | 2025-10-20
วันที่ 20 ตุลาคม พ.ศ. 2568 | B | 2025-10-20
# RFC 822 as it is sent
Thu,28 Jul 2022 4:35:5 GMT+9 | K | 2022-07-28T04:35:05+09:00
28 Jul 2022 04:35:05 +0900 | U | 2022-07-28T04:35:05+09:00
Thu, 28 jul 2022 04:35:05 +09:00 | U | 2022-07-28T04:35:05+09:00
THU, 28 JUL 2022 04:35:05 GMT | U | 2022-07-28T04:35:05+00:00
Thu, 28 July 2022 04:35:05 GMT | U | 2022-07-28T04:35:05+00:00
Thu, 28 Jul 2022 04:35:05 JST | U | 2022-07-28T04:35:05+09:00
Thu, 28 Jul 2022 04:35:05 KST | U | 2022-07-28T04:35:05+09:00
Thu, 28 Jul 2022 04:35:05 HKT | U | 2022-07-28T04:35:05+08:00
Thu, 28 Jul 2022 04:35:05 EDT | U | 2022-07-28T04:35:05-04:00
Thu, 28 Jul 2022 04:35:05 CEST | U | 2022-07-28T04:35:05+02:00
Thu, 28 Jul 2022 04:35:05 MSK | U | 2022-07-28T04:35:05+03:00
Thu, 28 Jul 2022 04:35:05 BST | U | 2022-07-28T04:35:05+01:00
Thu, 28 Jul 2022 04:35:05 CST | C | 2022-07-28T04:35:05+08:00
Thu, 28 Jul 2022 04:35:05 CST | T | 2022-07-28T04:35:05+08:00
Thu, 28 Jul 2022 04:35:05 CST | U | 2022-07-28T04:35:05
Thu, 28 Jul 2022 04:35:05 IST | I | 2022-07-28T04:35:05+05:30
Thu, 28 Jul 22 04:35:05 +0900 | U | 2022-07-28T04:35:05+09:00
Thu, 28 Jul 2022 04:35 +0900 | U | 2022-07-28T04:35+09:00
Thu, 28 Jul 2022 24:00:00 +0900 | U | 2022-07-29T00:00+09:00
Thu, 28 Jul 2022 00:00:00 +0900 | U | 2022-07-28+09:00
Thu, 28 Jul 2022 | U | 2022-07-28
Thu, 28-Jul-2022 04:35:05 GMT | U | 2022-07-28T04:35:05+00:00
Thursday, 28-Jul-22 04:35:05 GMT | U | 2022-07-28T04:35:05+00:00
Thu Jul 28 04:35:05 2022 | U | 2022-07-28T04:35:05
Thu Jul 28 04:35:05 +0900 2022 | U | 2022-07-28T04:35:05+09:00
Thu, 28 Jul 2022 04:35:05 UT | U | 2022-07-28T04:35:05+00:00
Thu, 28 Jul 2022 04:35:05 Z | U | 2022-07-28T04:35:05+00:00
Thu, 28 Jul 2022 4:35:05 PM | U | 2022-07-28T16:35:05
Thu, 28 Jul 2022 04:35:05 +0900 (JST) | U | 2022-07-28T04:35:05+09:00
木, 28 7月 2022 04:35:05 +0900 | U | 2022-07-28T04:35:05+09:00
목, 28 7월 2022 04:35:05 +0900 | U | 2022-07-28T04:35:05+09:00
Do, 28 Jul 2022 04:35:05 +0200 | U | 2022-07-28T04:35:05+02:00
jeu., 28 juil. 2022 04:35:05 +0200 | U | 2022-07-28T04:35:05+02:00
Чт, 28 июл 2022 04:35:05 +0300 | U | 2022-07-28T04:35:05+03:00
# ISO 8601 and its kin, and seconds since 1970
20251020T183000Z | U | 2025-10-20T18:30+00:00
20251020T1830Z | U | 2025-10-20T18:30+00:00
20251020T183000+0900 | U | 2025-10-20T18:30+09:00
2025-W43-1 | U | 2025-10-20
2025W431 | U | 2025-10-20
2025-10-20T18:30:00.123Z | U | 2025-10-20T18:30+00:00
2025-10-20T18:30:00,5+09:00 | U | 2025-10-20T18:30+09:00
2025-10-20 18:30:00 | U | 2025-10-20T18:30
2025-10-20t18:30:00z | U | 2025-10-20T18:30+00:00
2025-10-20T18:30:00 +09:00 | U | 2025-10-20T18:30+09:00
2025-10-20T18:30:00+09 | U | 2025-10-20T18:30+09:00
2025-10-20 18:30:00 +0900 JST | U | 2025-10-20T18:30+09:00
2025-10-20T18:30:00 Asia/Tokyo | U | 2025-10-20T18:30
2025-10-20T18:30:00+09:00[Asia/Tokyo] | U | 2025-10-20T18:30+09:00
2025-10-20T24:00:00Z | U | 2025-10-21T00:00+00:00
2025-10-20T18:30:00−05:00 | U | 2025-10-20T18:30-05:00
2025-10-20T18:30:00--05:00 | U | 2025-10-20T18:30
2025-10-20T18:30:60Z | U | 2025-10-20T18:30:59+00:00
2025-10-20 18.30 | E | 2025-10-20T18:30
2025-10-20T18-30-00Z | U | 2025-10-20T18:30+00:00
1760952600 | U | 2025-10-20T09:30+00:00
1760952600000 | U | 2025-10-20T09:30+00:00
1760952600.123 | U | 2025-10-20T09:30+00:00
/Date(1760952600000)/ | U | 2025-10-20T09:30+00:00
# the order of day and month
10/20/2025 | U | 2025-10-20
20/10/2025 | U | 2025-10-20
20.10.2025 | U | 2025-10-20
20-10-2025 | U | 2025-10-20
05/06/2025 | A | 2025-05-06
05/06/2025 | E | 2025-06-05
05/06/2025 | G | 2025-06-05
05/06/2025 | M | 2025-06-05
05/06/2025 | O |
05/06/2025 | U |
05/06/2025 | J |
05/06/2025 | H | 2025-06-05
05.06.2025 | U | 2025-06-05
05.06.2025 | A |
05-06-2025 | U |
05-06-2025 | E | 2025-06-05
06/06/2025 | U | 2025-06-06
10/20/2025 6:30 PM | A | 2025-10-20T18:30
20.10.2025, 18:30 Uhr | E | 2025-10-20T18:30
20.10.2025 18.30 | E | 2025-10-20T18:30
20.10.25 | E | 2025-10-20
20.10.25, 18:30 Uhr | E | 2025-10-20T18:30
20/10/25 | F |
10.11.12 | E | 2012-11-10
10/20/25 | A |
# names of months
October 20, 2025 | A | 2025-10-20
Oct 20, 2025 | A | 2025-10-20
Oct. 20, 2025 | A | 2025-10-20
20 October 2025 | G | 2025-10-20
20th October 2025 | G | 2025-10-20
20th of October, 2025 | G | 2025-10-20
July 8th, 2025 | A | 2025-07-08
Monday, October 20, 2025 | A | 2025-10-20
Mon 20 Oct 2025 | A | 2025-10-20
Monday 20 October 2025 18.30 BST | G | 2025-10-20T18:30+01:00
Oct 20 2025 | A | 2025-10-20
October 20 2025 at 6pm | A | 2025-10-20T18:00
6:30 p.m. ET Oct. 20, 2025 | A | 2025-10-20T18:30
Published 6:30 PM EDT, Mon October 20, 2025 | A | 2025-10-20T18:30-04:00
OCTOBER 20, 2025 | A | 2025-10-20
20 octobre 2025 | F | 2025-10-20
lundi 20 octobre 2025 à 18h30 | F | 2025-10-20T18:30
Publié le 20 octobre 2025 à 18 h 30 | F | 2025-10-20T18:30
1er mars 2025 | F | 2025-03-01
20 oct. 2025 | F | 2025-10-20
le 3 février 2025 | F | 2025-02-03
den 3. Mai 2025 | E | 2025-05-03
Montag, 20. Oktober 2025 | E | 2025-10-20
20. Okt. 2025 | E | 2025-10-20
20. Oktober 2025 um 18:30 Uhr | E | 2025-10-20T18:30
3. März 2025 | E | 2025-03-03
3. Maerz 2025 | E | 2025-03-03
3. Jänner 2025 | E | 2025-01-03
20 de octubre de 2025 | M | 2025-10-20
lunes, 20 de octubre de 2025 | M | 2025-10-20
20 octubre, 2025 | M | 2025-10-20
20/oct/2025 | M | 2025-10-20
20 de octubre del 2025 | M | 2025-10-20
20 ottobre 2025 | E | 2025-10-20
lunedì 20 ottobre 2025, ore 18:30 | E | 2025-10-20T18:30
1° ottobre 2025 | E | 2025-10-01
1º de outubro de 2025 | E | 2025-10-01
20 de outubro de 2025 | E | 2025-10-20
20 out 2025 | E | 2025-10-20
20 de out. de 2025 | E | 2025-10-20
20/10/2025 18h30 | M | 2025-10-20T18:30
20 oktober 2025 | E | 2025-10-20
maandag 20 oktober 2025 | E | 2025-10-20
20 mrt 2025 | E | 2025-03-20
20 октября 2025 г. | R | 2025-10-20
20 октября 2025 года | R | 2025-10-20
3 мая 2025 г. | R | 2025-05-03
20 октября 2025, 18:30 | R | 2025-10-20T18:30
20 окт 2025 | R | 2025-10-20
20 жовтня 2025 року | E | 2025-10-20
20 жовтня 2025 р. | E | 2025-10-20
20 października 2025 | E | 2025-10-20
20 października 2025 r. | E | 2025-10-20
20 paź 2025 | E | 2025-10-20
1 września 2025 | E | 2025-09-01
20 Ekim 2025 | E | 2025-10-20
20 Ağustos 2025 Pazartesi | E | 2025-08-20
20 ŞUBAT 2025 | E | 2025-02-20
20 KASIM 2025 | E | 2025-11-20
20 HAZİRAN 2025 | E | 2025-06-20
20 Oktober 2025 | B | 2025-10-20
Senin, 20 Oktober 2025 18:30 WIB | B | 2025-10-20T18:30+07:00
17 Agustus 2025 | B | 2025-08-17
17 Desember 2024 | B | 2024-12-17
20 Mei 2025 | B | 2025-05-20
20 Juni 2025 | B | 2025-06-20
20. října 2025 | E | 2025-10-20
1. září 2025 | E | 2025-09-01
20. 10. 2025 | E | 2025-10-20
20. oktober 2025 | E | 2025-10-20
20. marts 2025 | E | 2025-03-20
20. mai 2025 | E | 2025-05-20
20. desember 2024 | E | 2024-12-20
20 augusti 2025 | E | 2025-08-20
den 20 oktober 2025 | E | 2025-10-20
20 tháng 10, 2025 | B | 2025-10-20
ngày 20/10/2025 | B | 2025-10-20
20 octombrie 2025 | E | 2025-10-20
20. október 2025 | E | 2025-10-20
2025. október 20. | E | 2025-10-20
20. lokakuuta 2025 | E | 2025-10-20
20 Οκτωβρίου 2025 | E | 2025-10-20
20 أكتوبر 2025 | U | 2025-10-20
# no dates
2025-02-30 | U |
2025年2月30日 | J |
2025/13/01 | U |
31 February 2025 | U |
31.11.2024 | E |
February 29, 2025 | A |
令和7年2月29日 | J |
平成45年1月1日 | J |
大正16年1月1日 | J |
昭和65年1月1日 | J |
0001-01-01T00:00:00Z | U |
0000-00-00 00:00:00 | U |
9999-12-31 | U |
now | U |
今日 | J |
昨天 | C |
3日前 | J |
2 hours ago | U |
yesterday | U |
Version 2.10.2025.1 | U |
192.168.10.20 | U |
Tel. 03-2025-1020 | J |
03-5320-2025 | J |
ISBN 978-4-2025-1020-1 | J |
第2025-10-20号 | J | 2025-10-20
may 5 people | U |
# months
March 2025 | U | 2025-03
octobre 2025 | F | 2025-10
2025-10 | U | 2025-10
2025/10 | U | 2025-10
10/2025 | U |
# zones
Mon, 20 Oct 2025 18:30:00 Asia/Seoul | K | 2025-10-20T18:30
2025-10-20T18:30:00 KST | K | 2025-10-20T18:30+09:00
2025年10月20日 18:30（日本時間） | J | 2025-10-20T18:30
20 Oct 2025 18:30 (UTC+8) | U | 2025-10-20T18:30+08:00
2025-10-20 18:30 UTC+08:00 | U | 2025-10-20T18:30+08:00
2025-10-20 18:30 GMT+5:30 | U | 2025-10-20T18:30+05:30
2025-10-20 18:30 +0530 | U | 2025-10-20T18:30+05:30
# and more of each
2025年7月8日(火・祝) | J | 2025-07-08
2025（令和7）年7月8日 | J | 2025-07-08
平成元年一月八日 | J | 1989-01-08
H30.1.5 | J | 2018-01-05
令和 7 年 10 月 20 日 | J | 2025-10-20
更新日：令和7年10月20日 | J | 2025-10-20
民國114.7.8 | T | 2025-07-08
8th of July 2025 | G | 2025-07-08
08-Jul-2025 | G | 2025-07-08
8 luglio 2025 | E | 2025-07-08
13/07/2025 | U | 2025-07-13
07/13/2025 | U | 2025-07-13
7/8/2025 | A | 2025-07-08
7/8/2025 | F | 2025-08-07
7/8/2025 | U |
08.07.2025 | J | 2025-07-08
11月5日 | J | 2025-11-05
12月5日 | J | 2024-12-05
Nov 5 | A | 2025-11-05
5 November | G | 2025-11-05
12월 5일 | K | 2024-12-05
20251020183000 | J | 2025-10-20T18:30
2025-10-20T18:30:00-03:30 | U | 2025-10-20T18:30-03:30
July 8, 2025 10:20 PM EDT | A | 2025-07-08T22:20-04:00
8. Juli 2025, 10:20 Uhr MESZ | E | 2025-07-08T10:20+02:00
8 июля 2025 г., 10:20 МСК | R | 2025-07-08T10:20+03:00
Published at 10:20 JST on July 8, 2025 | J | 2025-07-08T10:20+09:00
Tue Jul 08 2025 10:20:30 GMT+0900 (JST) | U | 2025-07-08T10:20:30+09:00
令和元年 | J |
2025-W28 | U |
1850年7月8日 | J |
S99.1.1 | J |
v1.2.3 | U |
電話 078-331-8181 | J |
第12回 3対2 | J |
not a date | U |
12月32日 | J |
2500-01-01 | U |
20 d'octubre de 2025 | E | 2025-10-20
2025年11月23日 | J | 2025-11-23
11月23日 | J | 2025-11-23
11月24日 | J | 2024-11-24
"""


def lines() -> list[tuple[str, str, str]]:
    parts = (line.split("|") for line in TABLE.splitlines() if line and not line.startswith("#"))
    return [(raw.strip(), zone.strip(), said.strip()) for raw, zone, said in parts]


def read(raw: str, zone: ZoneInfo = TOKYO, now: dt.datetime = NOW, **options: bool) -> FuzzyDate | None:
    return read_date(raw, zone=zone, now=now, origin=Origin.VISIBLE, **options)


def said(date: FuzzyDate | None) -> str:
    """A date as the table writes it."""
    if date is None:
        return ""
    form = {Precision.MONTH: "%Y-%m", Precision.DAY: "%Y-%m-%d", Precision.MINUTE: "%Y-%m-%dT%H:%M"}[date.precision]
    second = ":%S" if date.value.second else ""
    offset = date.value.isoformat()[-6:] if date.zone_stated else ""
    return date.value.strftime(form + second) + offset


def test_the_table_has_a_line_for_each_form() -> None:
    assert len(lines()) == len(set(lines())) >= 300


@pytest.mark.parametrize(("raw", "zone", "expected"), lines())
def test_each_form_is_read(raw: str, zone: str, expected: str) -> None:
    source = ZoneInfo(ZONES[zone])
    date = read(raw, source)
    assert said(date) == expected
    assert date is None or date.zone_stated or date.value.tzinfo is source


def test_midnight_to_the_second_is_a_day_that_no_time_was_known_for() -> None:
    date = read("2025-07-08T00:00:00Z")
    assert date is not None
    assert (date.precision, date.day, date.zone_stated) == (Precision.DAY, dt.date(2025, 7, 8), True)


@pytest.mark.parametrize(
    ("raw", "zone", "expected"),
    [
        # the offset of winter in summer, and of summer in winter: the wall clock is believed, in the source's own zone
        ("Sun, 26 Oct 2025 10:40:00 +0200", "E", "2025-10-26T10:40"),
        ("Sat, 12 Jul 2025 09:30:00 +0100", "E", "2025-07-12T09:30"),
        ("2025-07-12T09:30:00-05:00", "A", "2025-07-12T09:30"),
        ("July 12, 2025 9:30 AM EST", "A", "2025-07-12T09:30"),
        ("12 Jan 2025 09:30 CEST", "E", "2025-01-12T09:30"),
        # in its season, on the day of the change, and in the hour that comes twice, either is right
        ("Sat, 12 Jul 2025 09:30:00 +0200", "E", "2025-07-12T09:30+02:00"),
        ("Sun, 26 Oct 2025 10:40:00 +0100", "E", "2025-10-26T10:40+01:00"),
        ("Sun, 26 Oct 2025 00:40:00 +0200", "E", "2025-10-26T00:40+02:00"),
        ("Sun, 26 Oct 2025 02:30:00 +0100", "E", "2025-10-26T02:30+01:00"),
        ("Sun, 26 Oct 2025 02:30:00 +0200", "E", "2025-10-26T02:30+02:00"),
        # machines write UTC, also in London; other zones are stated by servers elsewhere
        ("Sat, 12 Jul 2025 09:30:00 +0000", "G", "2025-07-12T09:30+00:00"),
        ("Sat, 12 Jul 2025 09:30:00 GMT", "G", "2025-07-12T09:30+00:00"),
        ("Sat, 12 Jul 2025 09:30:00 CDT", "A", "2025-07-12T09:30-05:00"),
        ("Sat, 12 Jul 2025 09:30:00 -0700", "A", "2025-07-12T09:30-07:00"),
        ("Sat, 12 Jul 2025 09:30:00 +0100", "U", "2025-07-12T09:30+01:00"),
    ],
)
def test_an_offset_of_the_other_half_of_the_year_is_not_believed(raw: str, zone: str, expected: str) -> None:
    assert said(read(raw, ZoneInfo(ZONES[zone]))) == expected


def test_a_day_without_year_may_be_tomorrow_but_not_later() -> None:
    now = dt.datetime(2025, 12, 31, 12, 0, tzinfo=dt.UTC)
    tomorrow, later = read("1月1日", now=now), read("1月2日", now=now)
    assert tomorrow is not None
    assert later is not None
    assert (tomorrow.day, later.day) == (dt.date(2026, 1, 1), dt.date(2025, 1, 2))


def test_29_february_without_year_is_in_the_last_leap_year() -> None:
    assert said(read("2月29日")) == "2024-02-29"


def test_the_origin_is_kept() -> None:
    date = read_date("2025-07-08", zone=TOKYO, now=NOW, origin=Origin.FEED)
    assert date is not None
    assert date.origin is Origin.FEED


def test_the_language_decides_the_order_only_where_the_zone_does_not() -> None:
    utc, new_york = ZoneInfo("UTC"), ZoneInfo("America/New_York")
    assert said(read("7/8/2025", utc, day_first=True)) == "2025-08-07"
    assert said(read("7/8/2025", utc, day_first=False)) == "2025-07-08"
    assert said(read("7/8/2025", new_york, day_first=True)) == "2025-07-08"


@pytest.mark.parametrize(
    ("language", "order"),
    [("fr", True), ("pt-BR", True), ("en_GB", True), ("en-US", False), ("en", None), ("ja", None), ("zh-Hans", None), ("", None)],
)  # fmt: skip
def test_languages_have_an_order_of_day_and_month_or_none(language: str, order: bool | None) -> None:
    assert day_first_in(language) is order


@pytest.mark.parametrize(
    ("word", "month"),
    [("July", 7), ("août", 8), ("AĞUSTOS", 8), ("KASIM", 11), ("мая", 5), ("März", 3), ("Sept.", 9), ("mayor", None), ("out", 10)],
)  # fmt: skip
def test_months_are_named_in_many_languages(word: str, month: int | None) -> None:
    assert month_named(word) == month


def test_a_word_that_means_a_month_only_beside_a_year_is_none_without() -> None:
    assert month_named("out", beside_year=False) is None
    assert month_named("July", beside_year=False) == 7


@pytest.mark.parametrize(
    ("figures", "number"), [("12", 12), ("十", 10), ("二十八", 28), ("廿七", 27), ("二〇二五", 2025), ("一百一十四", 114), ("二千二十五", 2025)]
)  # fmt: skip
def test_chinese_numerals_are_numbers(figures: str, number: int) -> None:
    assert number_of(figures) == number


def test_a_date_beyond_the_first_200_characters_is_not_looked_for() -> None:
    assert read("x" * 190 + " 2025-07-08") is None
    assert said(read("x" * 150 + " 2025-07-08")) == "2025-07-08"
