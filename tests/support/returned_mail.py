"""Messages that come back, written by us after what the programs of mail servers write."""

from __future__ import annotations


def report(
    *,
    to: str = "digest@city.example",
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <desk@far.example>: Recipient address rejected: User unknown",
    message_id: str = "",
    return_path: str = "",
    returns: str = "message/rfc822",
    subject: str = "Undelivered Mail Returned to Sender",
) -> bytes:
    """A delivery-status report (RFC 3464)."""
    returned = "".join(
        f"{name}: {value}\n" for name, value in (("Return-Path", return_path), ("Message-ID", message_id)) if value
    )
    return f"""\
Return-Path: <>
Delivered-To: {to}
Received: by mail.far.example (Postfix) id 4XyZ; Mon,  9 Nov 2026 06:00:05 +0900 (JST)
Date: Mon,  9 Nov 2026 06:00:05 +0900 (JST)
From: MAILER-DAEMON@mail.far.example (Mail Delivery System)
Subject: {subject}
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4XyZ.1794171605/mail.far.example"
Content-Transfer-Encoding: 7bit

This is a MIME-encapsulated message.

--4XyZ.1794171605/mail.far.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4XyZ.1794171605/mail.far.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.far.example
X-Postfix-Queue-ID: 4XyZ
Arrival-Date: Mon,  9 Nov 2026 06:00:04 +0900 (JST)

Final-Recipient: rfc822; desk@far.example
Original-Recipient: rfc822;desk@far.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx.far.example
Diagnostic-Code: {diagnostic}

--4XyZ.1794171605/mail.far.example
Content-Description: Undelivered Message
Content-Type: {returns}

{returned}Subject: an issue
To: desk@far.example

its text

--4XyZ.1794171605/mail.far.example--
""".encode()


def complaint(*, kind: str = "abuse", message_id: str = "", unsubscribe: str = "", mail_from: str = "<>") -> bytes:
    """A complaint (RFC 5965)."""
    return f"""\
From: <fbl@far.example>
Date: Tue, 10 Nov 2026 09:00:00 +0900
Subject: FW: an issue
To: <abuse@city.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
 boundary="part"

--part
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.
--part
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Far/1.0
Version: 1
Original-Mail-From: {mail_from}

--part
Content-Type: text/rfc822-headers

From: <digest@city.example>
To: <redacted@far.example>
Subject: an issue
Message-ID: {message_id or "<none@far.example>"}
List-Unsubscribe: {unsubscribe or "<mailto:leave@city.example>"}

--part--
""".encode()


def mail(subject: str, *, date: str = "Tue, 10 Nov 2026 09:00:00 +0900") -> bytes:
    """What a person writes, or their mail program for them."""
    return f"From: desk@far.example\nTo: leave@city.example\nDate: {date}\nSubject: {subject}\n\nhello\n".encode()
