"""Dates of what happens, read from running text: forms of many languages, what they leave out, deadlines."""

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import DatedEvent, Precision
from pipeline.tag.folding import fold
from pipeline.tag.mentions import find_events
from pipeline.tag.reading import Field, Reading

# language | published | text | the dates in it: a day, a range of days, a month or months; "!" marks a deadline.
TABLE = """
ja | 2026-06-20 | 7月8日から9日まで開かれる | 2026-07-08/2026-07-09
ja | 2026-09-20 | 講座は10月1日・8日・15日・22日の全4回 | 2026-10-01 2026-10-08 2026-10-15 2026-10-22
ja | 2026-09-20 | 講座は10月22日・29日、5日に開く | 2026-10-22 2026-10-29 2026-11-05
ja | 2026-06-20 | 2028年に五十周年を迎える | 2028
ja | 2026-06-20 | 2028年度に始める。2028年までに終える。2026年に結んだ |
ja | 2026-06-20 | 2028年3月に開く | 2028-03
zh | 2026-06-20 | 峰会将于2028年举行 | 2028
zh | 2026-07-17 | 美食節明(18)日起一連三天登場 | 2026-07-18/2026-07-20
zh | 2026-07-01 | 活动7月8日起连续三天举行 | 2026-07-08/2026-07-10
ko | 2026-06-20 | 2028년에 50주년을 맞는다 | 2028
en | 2026-06-20 | The summit will return in 2028. | 2028
en | 2026-06-20 | They met in 2025 and aim to cut emissions by 2030. It cost 5 in 2028-29. |
en | 2026-06-20 | It will open in March 2028. | 2028-03
fr | 2026-06-20 | Le congrès aura lieu en 2028. | 2028
ru | 2026-06-20 | Форум пройдёт в 2028 году. | 2028
ru | 2026-10-10 | Визит намечен на февраль следующего года. | 2027-02
en | 2026-10-10 | The visit is planned for February. | 2027-02
es | 2026-10-10 | La visita está prevista para febrero. | 2027-02
de | 2026-10-10 | Der Besuch ist für Februar geplant. | 2027-02
ja | 2026-06-20 | 7月8・9日に開かれる | 2026-07-08/2026-07-09
ja | 2026-06-20 | 7月8、9日に開かれる | 2026-07-08/2026-07-09
ja | 2026-07-01 | 8日〜10日に開かれる | 2026-07-08/2026-07-10
ja | 2026-07-01 | 8～10日に開かれる | 2026-07-08/2026-07-10
ja | 2026-06-20 | 明年3月に訪問する | 2027-03
ja | 2026-06-20 | 来年3月に訪問する | 2027-03
ja | 2026-05-10 | 今月22日に開く | 2026-05-22
ja | 2026-05-10 | 来月3日に開く | 2026-06-03
ja | 2026-01-10 | 先月3日に開いた | 2025-12-03
ja | 2026-07-08 | 11日（土）に開く | 2026-07-11
ja | 2026-05-22 | きょう22日に開幕した | 2026-05-22
ja | 2026-11-10 | 令和8年12月28日から翌年1月4日まで | 2026-12-28/2027-01-04
ja | 2026-11-10 | 12月28日から1月4日まで休館 | 2026-12-28/2027-01-04
ja | 2026-11-10 | 申込締切は12月1日です | 2026-12-01!
ja | 2026-11-10 | 12月1日（火）必着 | 2026-12-01!
ja | 2026-11-10 | 応募は12月1日まで受け付ける | 2026-12-01!
ja | 2026-11-10 | 12月1日までに市へ申し込む。式典は12月10日に開く。 | 2026-12-01! 2026-12-10
ja | 2026-11-10 | 1979年5月8日に提携した |
ja | 2026-11-10 | 2019年に提携し、5月3日に訪問した |
ja | 2026-11-10 | 3日間の日程で訪問した |
ja | 2026-11-10 | 第3回、1日目、10日間 |
ja | 2026-11-10 | 1月中旬に訪問する | 2027-01
ja | 2026-11-10 | 来週火曜日に会談する | 2026-11-17
ja | 2026-11-10 | 昨日、市長が訪問した | 2026-11-09
ja | 2026-11-10 | 明日の都市を考える |
ja | 2026-09-20 | 10月1日（木）に開幕し、5日まで続く | 2026-10-01/2026-10-05
ja | 2026-06-20 | ７月８日（水）10時から9日（木）17時まで | 2026-07-08/2026-07-09
ja | 2026-06-20 | 2026年7月8日～10日 | 2026-07-08/2026-07-10
ja | 2026-06-20 | 2026年7月30日から8月2日まで | 2026-07-30/2026-08-02
ja | 2026-06-20 | 二〇二六年七月八日に開く | 2026-07-08
ja | 2026-06-20 | 毎週火曜日に開館 |
ja | 2026-06-20 | ９月から１１月まで開催 | 2026-09/2026-11
ja | 2026-11-10 | 12月3日と5日に開く | 2026-12-03 2026-12-05
zh-Hans | 2026-11-10 | 本月15日至17日举行 | 2026-11-15/2026-11-17
zh-Hans | 2026-11-10 | 下月举行论坛 | 2026-12
zh-Hans | 2026-11-10 | 明天举行 | 2026-11-11
zh-Hans | 2026-11-22 | 今（22）日举行 | 2026-11-22
zh-Hant | 2026-11-22 | 昨（21）日簽署 | 2026-11-21
zh-Hans | 2026-11-10 | 11月18日至20日举行 | 2026-11-18/2026-11-20
zh-Hans | 2026-06-20 | 7月8日星期三下午举行 | 2026-07-08
zh-Hans | 2026-11-10 | 报名截止日期为12月1日 | 2026-12-01!
zh-Hans | 2026-11-10 | 请于12月1日前报名 | 2026-12-01!
zh-Hans | 2026-11-10 | 12月30日至明年1月2日 | 2026-12-30/2027-01-02
zh-Hans | 2026-11-16 | 15日，市长会见了代表团 | 2026-11-15
zh-Hans | 2026-11-16 | 为期3日的访问 |
zh-Hans | 2026-11-16 | 去年9月签署 | 2025-09
zh-Hans | 2026-05-13 | 上周五签署 | 2026-05-08
zh-Hans | 2026-05-13 | 2026年5月8日—10日 | 2026-05-08/2026-05-10
zh-Hans | 2026-05-01 | 5月8日、9日举行 | 2026-05-08/2026-05-09
zh-Hans | 2026-05-13 | 二〇二六年五月八日签署 | 2026-05-08
ko | 2026-06-12 | 오는 25일 연다 | 2026-06-25
ko | 2026-06-12 | 다음 달 3일 개막한다 | 2026-07-03
ko | 2026-06-12 | 내년 3월 방문한다 | 2027-03
ko | 2026-06-15 | 지난 12일 체결했다 | 2026-06-12
ko | 2026-06-15 | 25~27일 열린다 | 2026-06-25/2026-06-27
ko | 2026-06-15 | 7월 8일부터 9일까지 열린다 | 2026-07-08/2026-07-09
ko | 2026-06-15 | 7월 8∼10일 열린다 | 2026-07-08/2026-07-10
ko | 2026-11-10 | 접수 마감은 12월 1일이다 | 2026-12-01!
ko | 2026-11-10 | 12월 1일까지 신청을 받는다 | 2026-12-01!
ko | 2026-11-10 | 지난 5월 20일 방문했다 | 2026-05-20
ko | 2026-11-10 | 3일간 열린다 |
ko | 2026-11-10 | 다음 주 화요일 만난다 | 2026-11-17
ko | 2026-11-10 | 지난해 9월 체결했다 | 2025-09
ko | 2026-11-10 | 이달 22일 열린다 | 2026-11-22
ko | 2026-11-10 | 12월 30일부터 내년 1월 2일까지 | 2026-12-30/2027-01-02
ko | 2026-11-10 | 2026년 11월 18일(수)부터 20일(금)까지 | 2026-11-18/2026-11-20
en | 2026-06-20 | The forum runs 6–9 July. | 2026-07-06/2026-07-09
en | 2026-06-20 | The forum runs July 6-9. | 2026-07-06/2026-07-09
en | 2026-06-20 | The forum runs from 6 to 9 July 2026. | 2026-07-06/2026-07-09
en | 2026-06-20 | The forum runs from July 6 to July 9, 2026. | 2026-07-06/2026-07-09
en | 2026-06-20 | between 6 and 9 July | 2026-07-06/2026-07-09
en | 2026-11-12 | The mayors will meet on Tuesday. | 2026-11-17
en | 2026-11-12 | The mayors met on Tuesday. | 2026-11-10
en | 2026-11-12 | It opened on Tuesday in Leeds, the city that will host the games. | 2026-11-10
en | 2026-11-12 | The forum, which was announced in May, will open on Tuesday. | 2026-05 2026-11-17
en | 2026-11-12 | The dialogue is to be held on Tuesday. | 2026-11-17
en | 2026-11-12 | It was held in the city from Sunday to Wednesday. | 2026-11-08/2026-11-11
en | 2026-11-12 | It will be held from Friday to Sunday. | 2026-11-13/2026-11-15
en | 2026-11-12 | The desk is open Monday to Friday. |
en | 2026-11-12 | The museum of the sister city: Tuesday to Sunday, from nine. |
en | 2026-11-12 | The festival will run from Wednesday to Sunday. | 2026-11-11/2026-11-15
de | 2026-11-12 | Das Treffen fand von Sonntag bis Mittwoch statt. | 2026-11-08/2026-11-11
fr | 2026-11-12 | Le forum s'est tenu du dimanche au mercredi. | 2026-11-08/2026-11-11
sw | 2026-11-12 | Mkutano ulifunguliwa tarehe 8 Julai 2026. | 2026-07-08
en | 2026-11-12 | The mayor will visit next March. | 2027-03
en | 2026-11-12 | The mayor visited last March. | 2026-03
en | 2026-09-12 | The forum opens on Saturday, 19 September. | 2026-09-19
en | 2026-11-12 | Applications are due by December 1. | 2026-12-01!
en | 2026-11-12 | The deadline for applications is 1 December 2026. | 2026-12-01!
en | 2026-11-12 | Apply by 1 December for the forum on 10 January. | 2026-12-01! 2027-01-10
en | 2026-11-12 | Cities can register until December 1. | 2026-12-01!
en | 2026-11-12 | at least may 5 people, 5 out of 10 cities, march of peace |
en | 2026-11-12 | Founded in 1979, twinned on 8 May 1979. |
en | 2026-11-12 | Open every Monday and on Tuesdays. |
en | 2026-11-12 | December 28 - January 3 | 2026-12-28/2027-01-03
en | 2026-11-12 | December 28, 2026 - January 3, 2027 | 2026-12-28/2027-01-03
en | 2026-11-12 | 28 Nov. to 2 Dec. | 2026-11-28/2026-12-02
en | 2026-11-12 | signed on 5 May and 9 June | 2026-05-05 2026-06-09
en | 2026-11-12 | The council voted yesterday. | 2026-11-11
en | 2026-11-12 | The mayors agreed in May. | 2026-05
en | 2026-11-12 | He will visit on the 22nd. | 2026-11-22
en | 2026-11-12 | Meeting on Monday at 10 a.m. | 2026-11-09
en | 2026-11-12 | It opens on Friday, Nov. 20, at 6 p.m. | 2026-11-20
en | 2026-11-12 | The forum will take place next year. |
fr | 2026-11-12 | Le forum aura lieu du 3 au 5 décembre. | 2026-12-03/2026-12-05
fr | 2026-11-12 | le 14 juin prochain | 2027-06-14
fr | 2026-06-01 | mardi 14 juin | 2026-06-14
fr | 2026-11-12 | Le maire a reçu la délégation mardi. | 2026-11-10
fr | 2026-11-12 | Le maire recevra la délégation mardi. | 2026-11-17
fr | 2026-11-12 | Date limite : 1er décembre | 2026-12-01!
fr | 2026-11-12 | Candidatures jusqu'au 1er décembre | 2026-12-01!
fr | 2026-11-12 | du 28 novembre au 2 décembre 2026 | 2026-11-28/2026-12-02
fr | 2026-04-12 | les 3 et 4 mai | 2026-05-03/2026-05-04
fr | 2026-04-12 | tous les mardis |
fr | 2026-04-12 | en mars prochain | 2027-03
es | 2026-11-12 | El alcalde firmó el acuerdo el martes. | 2026-11-10
es | 2026-04-12 | El foro se celebrará del 3 al 5 de mayo. | 2026-05-03/2026-05-05
es | 2026-04-12 | el próximo 5 de mayo | 2026-05-05
es | 2026-11-12 | el pasado 5 de mayo | 2026-05-05
es | 2026-11-12 | El plazo termina el 1 de diciembre. | 2026-12-01!
es | 2026-11-12 | Los martes hay visitas. |
es | 2026-11-12 | el 28 de noviembre y el 2 de diciembre | 2026-11-28 2026-12-02
de | 2026-04-12 | vom 3. bis 5. Mai | 2026-05-03/2026-05-05
de | 2026-04-12 | vom 3. bis zum 5. Mai 2026 | 2026-05-03/2026-05-05
de | 2026-11-12 | Der Bürgermeister empfing die Delegation am Dienstag. | 2026-11-10
de | 2026-11-12 | Am Dienstag wird die Delegation empfangen. | 2026-11-17
de | 2026-06-01 | am Dienstag, den 14. Juni | 2026-06-14
de | 2026-11-12 | Bewerbungsfrist: 1. Dezember 2026 | 2026-12-01!
de | 2026-11-12 | Anmeldungen bis zum 1. Dezember | 2026-12-01!
de | 2026-04-12 | 3.-5. Mai 2026 | 2026-05-03/2026-05-05
de | 2026-04-12 | am 03.05.2026 | 2026-05-03
de | 2026-04-12 | 03.–05.05.2026 | 2026-05-03/2026-05-05
de | 2026-04-12 | 3./4. Mai | 2026-05-03/2026-05-04
de | 2026-04-12 | am 5. Mai d. J. | 2026-05-05
de | 2026-04-12 | im Mai nächsten Jahres | 2027-05
ru | 2026-04-12 | с 3 по 5 мая | 2026-05-03/2026-05-05
ru | 2026-04-12 | 3–5 мая 2026 года | 2026-05-03/2026-05-05
ru | 2026-11-12 | Срок подачи заявок — 1 декабря | 2026-12-01!
ru | 2026-11-12 | заявки принимаются до 1 декабря | 2026-12-01!
ru | 2026-11-12 | во вторник мэр принял делегацию | 2026-11-10
ru | 2026-11-12 | 5 мая этого года | 2026-05-05
ru | 2026-11-12 | в марте 2027 года | 2027-03
ru | 2026-11-12 | в следующем месяце | 2026-12
it | 2026-04-12 | dal 3 al 5 maggio | 2026-05-03/2026-05-05
it | 2026-11-12 | entro il 1º dicembre le candidature | 2026-12-01!
pt | 2026-04-12 | de 3 a 5 de maio de 2026 | 2026-05-03/2026-05-05
pt | 2026-11-12 | inscrições até 1 de dezembro | 2026-12-01!
nl | 2026-04-12 | van 3 tot en met 5 mei | 2026-05-03/2026-05-05
uk | 2026-04-12 | з 3 по 5 травня | 2026-05-03/2026-05-05
pl | 2026-04-12 | od 3 do 5 maja 2026 r. | 2026-05-03/2026-05-05
cs | 2026-04-12 | od 3. do 5. května | 2026-05-03/2026-05-05
tr | 2026-04-12 | 3-5 Mayıs 2026 | 2026-05-03/2026-05-05
sv | 2026-04-12 | den 3–5 maj | 2026-05-03/2026-05-05
id | 2026-04-12 | 3-5 Mei 2026 | 2026-05-03/2026-05-05
fi | 2026-04-12 | 3.–5. toukokuuta 2026 | 2026-05-03/2026-05-05
ja | 2026-11-10 | 17日から3日間の日程で訪問する | 2026-11-17/2026-11-19
ja | 2026-11-10 | 11月17日から３日間開かれる | 2026-11-17/2026-11-19
ko | 2026-11-10 | 17일부터 사흘간 열린다 | 2026-11-17/2026-11-19
ko | 2026-11-10 | 11월 17일부터 3일간 열린다 | 2026-11-17/2026-11-19
zh-Hans | 2026-11-10 | 15日起为期三天 | 2026-11-15/2026-11-17
zh-Hans | 2026-11-10 | 农历八月十五日 |
zh-Hans | 2026-09-20 | 截止9月15日，已有三十个城市加入 | 2026-09-15
zh-Hans | 2026-11-10 | 报名截止12月1日 | 2026-12-01!
ja | 2026-11-10 | 9月3日に発表し、同月15日に開いた | 2026-09-03 2026-09-15
ja | 2026-11-10 | 12/3(木)～5(土)に開く | 2026-12-03/2026-12-05
ja | 2026-11-10 | 日時：12/3（木）18:30 | 2026-12-03
ko | 2026-11-10 | 12.3(목)~12.5(토) | 2026-12-03/2026-12-05
ko | 2026-11-10 | 올 9월 체결했다 | 2026-09
en | 2026-06-20 | on 6, 7 and 8 July | 2026-07-06/2026-07-08
en | 2026-06-20 | on 6, 9 and 12 July | 2026-07-06 2026-07-09 2026-07-12
en | 2026-04-20 | in early May | 2026-05
en | 2026-04-20 | late May | 2026-05
de | 2026-06-01 | am 14.6. um 18 Uhr | 2026-06-14
fr | 2026-06-01 | le 14/06 à 18 h | 2026-06-14
fr | 2026-04-12 | les 3, 4 et 5 mai | 2026-05-03/2026-05-05
fr | 2026-04-12 | du lundi 3 au mercredi 5 mai | 2026-05-03/2026-05-05
es | 2026-05-12 | un acuerdo a largo plazo firmado el 5 de mayo | 2026-05-05
es | 2026-11-12 | antes del 1 de diciembre las inscripciones | 2026-12-01!
ru | 2026-04-12 | в начале мая | 2026-05
en | 2026-06-20 | The mayor said on Tuesday that the forum opens on 6 July. | 2026-07-06
fr | 2026-04-12 | chaque premier mercredi du mois |
es | 2026-04-20 | desde el 2 hasta el 15 de mayo | 2026-05-02/2026-05-15
es | 2026-11-10 | El acuerdo para la obra fue firmado el jueves. | 2026-11-05
es | 2026-11-10 | La alcaldesa recibirá a la delegación el jueves. | 2026-11-12
it | 2026-11-10 | Il sindaco incontrerà la delegazione giovedì. | 2026-11-12
it | 2026-11-10 | La mostra in camera di commercio ha aperto giovedì. | 2026-11-05
pt | 2026-11-10 | A prefeita receberá a delegação na quinta-feira. | 2026-11-12
en | 2026-04-10 | After a February visit |
en | 2026-04-10 | at the end of June last year | 2025-06
en | 2026-04-10 | on the first Monday of the month |
ja | 2026-11-10 | 調印式は11月18日（水）午後2時から市役所で行われる。 | 2026-11-18
ja | 2026-11-10 | 参加者募集中（11月30日まで） | 2026-11-30!
ja | 2026-11-10 | 11月30日（月）までにメールで提出してください。 | 2026-11-30!
ja | 2026-10-20 | 募集期間は11月1日から30日までです。 | 2026-11-01/2026-11-30!
ja | 2026-11-10 | 展覧会は11月20日から12月10日まで開かれる。 | 2026-11-20/2026-12-10
ja | 2026-11-10 | 昨年11月に覚書を交わした。 | 2025-11
ja | 2026-11-05 | 4日午前、代表団が到着した。 | 2026-11-04
ja | 2026-11-02 | 一行は4日から7日まで滞在する。 | 2026-11-04/2026-11-07
ja | 2026-11-10 | 来月に会議を開く。 | 2026-12
ja | 2026-11-10 | 今週金曜日に会見する。 | 2026-11-13
ja | 2026-01-12 | 両市は1月10日、覚書に署名した。 | 2026-01-10
ja | 2026-01-05 | 12月20日に訪問した。 | 2025-12-20
ja | 2025-12-20 | 1月8日に開く予定だ。 | 2026-01-08
ja | 2026-11-10 | 2027年4月1日に施行される。 | 2027-04-01
ja | 2026-11-10 | 令和9年4月に開設する。 | 2027-04
zh-Hans | 2026-11-10 | 会议将于下周三举行。 | 2026-11-18
zh-Hans | 2026-11-10 | 活动从11月15日持续到20日。 | 2026-11-15/2026-11-20
zh-Hans | 2026-11-10 | 论坛为期两天，11月15日开幕。 | 2026-11-15
zh-Hans | 2026-11-10 | 代表团昨天抵达。 | 2026-11-09
zh-Hans | 2026-11-10 | 材料须在11月30日之前提交。 | 2026-11-30!
zh-Hans | 2026-11-10 | 上个月，两市签署协议。 | 2026-10
zh-Hans | 2026-11-10 | 明年4月举办 | 2027-04
zh-Hant | 2026-11-10 | 申請截止日為12月1日。 | 2026-12-01!
zh-Hant | 2026-11-10 | 論壇將於11月15日（日）起至17日（二）舉行 | 2026-11-15/2026-11-17
zh-Hant | 2026-11-10 | 下週五登場 | 2026-11-20
ko | 2026-11-10 | 오는 12월 5일부터 사흘간 열린다. | 2026-12-05/2026-12-07
ko | 2026-11-10 | 지난주 금요일 서명했다. | 2026-11-06
ko | 2026-11-10 | 신청은 30일까지 받는다. | 2026-11-30!
ko | 2026-11-10 | 시장은 지난 5일 방문했다. | 2026-11-05
ko | 2026-11-10 | 어제 개막했다. | 2026-11-09
ko | 2026-11-10 | 내달 3일부터 5일까지 | 2026-12-03/2026-12-05
en | 2026-11-10 | The delegation arrives tomorrow. | 2026-11-11
en | 2026-11-10 | The delegation will arrive on Friday and leave on Sunday. | 2026-11-13 2026-11-15
en | 2026-11-10 | Last Friday the two mayors signed a letter. | 2026-11-06
en | 2026-11-10 | The festival runs through December 6. | 2026-12-06
en | 2026-11-10 | It was held from Nov. 3 through Nov. 5. | 2026-11-03/2026-11-05
en | 2026-11-10 | The exhibition opens on 19 November and runs until 4 December. | 2026-11-19/2026-12-04
en | 2026-11-10 | Entries close at midnight on 30 November. | 2026-11-30!
en | 2026-11-10 | Submissions must be received no later than 30 November. | 2026-11-30!
en | 2026-11-10 | RSVP by November 30. | 2026-11-30!
en | 2026-11-10 | The mayors met last month in Lyon. | 2026-10
en | 2026-11-10 | A delegation will visit in April 2027. | 2027-04
en | 2026-11-10 | Delegates gathered over the weekend. |
en | 2026-11-10 | The two-day forum starts on the 18th. | 2026-11-18
en | 2026-11-10 | They met on 3 November; a second meeting follows on the 24th. | 2026-11-03 2026-11-24
en | 2026-11-10 | Signed in 2019, the pact was renewed on 3 November 2026. | 2026-11-03
en | 2026-11-10 | between November 18 and 20 | 2026-11-18/2026-11-20
fr | 2026-11-10 | Le forum se tiendra les 18 et 19 novembre. | 2026-11-18/2026-11-19
fr | 2026-11-10 | La délégation est arrivée hier. | 2026-11-09
fr | 2026-11-10 | Les inscriptions sont ouvertes jusqu'au 30 novembre. | 2026-11-30!
fr | 2026-11-10 | Les dossiers sont à déposer avant le 30 novembre. | 2026-11-30!
fr | 2026-11-10 | à partir du 18 novembre et jusqu'au 4 décembre | 2026-11-18/2026-12-04
fr | 2026-11-10 | vendredi prochain | 2026-11-13
fr | 2026-11-10 | le mois dernier | 2026-10
es | 2026-11-12 | El foro empieza el próximo martes. | 2026-11-17
es | 2026-11-10 | Las solicitudes se admiten hasta el 30 de noviembre. | 2026-11-30!
es | 2026-11-10 | del 28 de noviembre al 2 de diciembre | 2026-11-28/2026-12-02
es | 2026-11-10 | el mes pasado | 2026-10
es | 2026-11-10 | el 18 y 19 de noviembre | 2026-11-18/2026-11-19
de | 2026-11-10 | Die Tagung findet am 18. und 19. November statt. | 2026-11-18/2026-11-19
de | 2026-11-10 | Vergangenen Freitag unterzeichneten die Bürgermeister. | 2026-11-06
de | 2026-11-10 | Anmeldeschluss ist Montag, 30. November. | 2026-11-30!
de | 2026-11-10 | Bewerbungen sind bis 30. November möglich. | 2026-11-30!
de | 2026-11-10 | im nächsten Monat | 2026-12
de | 2026-11-10 | gestern Abend | 2026-11-09
ru | 2026-11-10 | Форум пройдёт с 28 ноября по 2 декабря. | 2026-11-28/2026-12-02
ru | 2026-11-10 | Делегация прибыла вчера. | 2026-11-09
ru | 2026-11-10 | Заявки принимаются до 30 ноября. | 2026-11-30!
ru | 2026-11-10 | 18 и 19 ноября состоится форум | 2026-11-18/2026-11-19
ru | 2026-11-10 | в прошлую пятницу | 2026-11-06
"""


def lines() -> list[tuple[str, str, str, str]]:
    parts = (line.split("|") for line in TABLE.splitlines() if line)
    return [(language.strip(), day.strip(), text.strip(), said.strip()) for language, day, text, said in parts]


def find(
    language: str, text: str, published: str = "2026-11-10", *, title: str = "", certain: bool = True
) -> tuple[DatedEvent, ...]:
    reading = Reading(
        title=Field("title", title, fold(title)),
        body=Field("text", text, fold(text)),
        lead_end=len(text),
        language=language,
    )
    return find_events(reading, dt.datetime.fromisoformat(published).replace(tzinfo=dt.UTC), certain=certain)


def said(event: DatedEvent) -> str:
    """An event as the table writes it."""
    start, end = str(event.start), str(event.end or "")
    if event.precision is Precision.MONTH:
        start, end = start[:7], end[:7]
    if event.precision is Precision.YEAR:
        start, end = start[:4], ""
    return start + (f"/{end}" if end and end != start else "") + ("!" if event.deadline else "")


@pytest.mark.parametrize(("language", "published", "text", "expected"), lines())
def test_each_form_is_read_against_the_day_of_publication(
    language: str, published: str, text: str, expected: str
) -> None:
    assert " ".join(map(said, find(language, text, published))) == expected


@pytest.mark.parametrize(
    ("language", "text", "evidence"),
    [
        ("ja", "式典は７月８日（水）から９日（木）まで開かれる。", "７月８日（水）から９日"),
        ("zh-Hant", "論壇將於今（22）日舉行。", "今（22）日"),
        ("en", "They will meet next Tuesday in Lyon.", "next Tuesday"),
        ("fr", "Le forum aura lieu du 3 au 5 décembre.", "3 au 5 décembre"),
        ("ko", "오는 25일 연다.", "오는 25일"),
    ],
)
def test_the_evidence_is_the_words_of_the_text(language: str, text: str, evidence: str) -> None:
    (event,) = find(language, text, "2026-11-22")
    assert event.evidence.startswith(evidence)
    assert event.evidence in text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "明日、来月3日、来週火曜日に会う。"),
        ("zh-Hans", "明天、下月3日、下周二举行。"),
        ("ko", "내일과 다음 달 3일, 다음 주 화요일에 만난다."),
        ("en", "They meet on Tuesday, tomorrow and next month."),
        ("fr", "Ils se verront mardi, demain et le mois prochain."),
    ],
)
def test_what_is_counted_from_an_uncertain_day_is_left_out(language: str, text: str) -> None:
    assert find(language, text)
    assert find(language, text, certain=False) == ()


def test_an_uncertain_day_is_the_latest_full_date_before_it() -> None:
    (first, second) = find("ja", "2024年10月20日発表。式典は11月3日に開く。", "2026-11-10", certain=False)
    assert (said(first), said(second)) == ("2024-10-20", "2024-11-03")


def test_a_date_counts_once_and_a_month_not_beside_its_day() -> None:
    found = find("ja", "12月に式典がある。12月3日に開く。12月3日。", title="12月3日に式典")
    assert [said(event) for event in found] == ["2026-12-03"]


def test_at_most_twenty_are_kept() -> None:
    assert len(find("ja", "".join(f"{month}月{day}日に会う。" for month in (11, 12) for day in range(1, 29)))) == 20


def test_history_is_no_event() -> None:
    assert find("ja", "昭和60年11月8日に提携した。1985年11月8日。2010年5月。") == ()
    assert find("en", "They signed on 8 November 1985 and met in May 2010.") == ()


@pytest.mark.parametrize(
    ("language", "text", "deadline"),
    [
        ("en", "Applications close on 20 November 2026.", True),
        ("ja", "申込書は、11月20日（金）午後5時までに提出してください。", True),
        ("ja", "応募の締め切りは11月20日です。", True),
        ("ko", "참가 신청은 11월 20일까지 누리집에서 받는다. 신청 문의는 국제과.", True),
        ("es", "Los gobiernos pueden enviar sus proyectos hasta el 20 de noviembre.", True),
        ("fr", "Les candidatures sont attendues jusqu'au 20 novembre.", True),
        # another sentence, another matter
        ("en", "The forum opens on 20 November. Applications are closed.", False),
        ("ja", "11月20日に開会します。申し込みは不要です。", False),
        ("ja", "代表団は11月20日まで滞在する。", False),
        ("ja", "両市は11月20日、姉妹都市提携を締結した。", False),
    ],
)
def test_only_the_sentence_of_a_day_makes_it_a_deadline(language: str, text: str, deadline: bool) -> None:
    (event,) = find(language, text)
    assert (event.start, event.deadline) == (dt.date(2026, 11, 20), deadline)


def test_a_deadline_is_told_from_the_day_it_is_for() -> None:
    found = find("en", "Apply by 1 December for the forum on 10 January. The deadline for posters is 15 December.")
    assert [said(event) for event in found] == ["2026-12-01!", "2027-01-10", "2026-12-15!"]


@pytest.mark.parametrize(
    "text", ["明" * 5, "7月" * 3000, "8日、" * 3000, "12 " * 5000, "on Tuesday " * 2000, "2026-" * 3000]
)
@pytest.mark.parametrize("language", ["ja", "zh-Hans", "ko", "en", "de", "und"])
def test_reading_takes_time_in_proportion_to_the_text(language: str, text: str) -> None:
    def seconds(read: str) -> float:
        started = time.process_time()
        find(language, read)
        return time.process_time() - started

    seconds(text)  # compiles the patterns
    # Four times the text may take four times as long, and twice that on a busy machine; quadratic reading takes sixteen times.
    assert seconds(text) < 8 * seconds(text[: len(text) // 4]) + 0.5


PIECES = ["12", "7月", "8日", "から", "まで", "来月", "同月", "令和", "元年", "年", "2026", "0", "-", "/", ".", " ", "(", ")", "上周", "五", "오는", "일", "다음 달",
    "on ", "Tuesday", "July", "to", "and", "until", "the 31st", "30. ", "Februar", "en ", "mayo", "с ", "по ", "мая", "mardi", "next ", "、", "。"]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.sampled_from(["ja", "zh-Hans", "ko", "en", "fr", "de", "es", "ru", "und"]),
    st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2090, 1, 1)),
)
def test_pieces_of_dates_in_any_order_give_only_dates_that_can_be(text: str, language: str, day: dt.date) -> None:
    for event in find(language, text, str(day)):
        assert event.evidence in text
        assert event.end is None or event.start < event.end
