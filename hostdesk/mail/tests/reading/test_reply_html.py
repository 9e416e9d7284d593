"""HTML mails of the clients people use: the words that HTML gives away count where the text does not tell."""

import pytest

from hostdesk.mail.reading import html, read

pytestmark = pytest.mark.db_free

# An attribution and a block of headers in a language that no list knows.
STRANGE = "Lorem ipsum, dolor sit amet consectetur Support"

CLIENTS = {
    "gmail": (
        '<div dir="ltr">Works now.</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Tue, 3 Mar 2026 at 10:00, '
        'Support &lt;<a href="mailto:s@desk.example">s@desk.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;'
        'border-left:1px solid rgb(204,204,204);padding-left:1ex"><div dir="ltr">Please restart.</div></blockquote></div>'
    ),
    "gmail, strange language": (
        f'<div dir="ltr">Works now.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{STRANGE}<br></div>'
        '<blockquote class="gmail_quote" style="border-left:1px solid">Please restart.</blockquote></div>'
    ),
    "gmail, signature": (
        '<div dir="ltr">Works now.<div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature"'
        ' data-smartmail="gmail_signature">Thandi Dlamini<br>Acme</div></div>'
    ),
    "gmail, signature without dashes": (
        '<div dir="ltr">Works now.<br clear="all"><div><div dir="ltr" class="gmail_signature">Thandi Dlamini<br>Acme</div></div></div>'
        f'<div class="gmail_quote"><div class="gmail_attr">{STRANGE}</div><blockquote class="gmail_quote">Please restart.</blockquote></div>'
    ),
    "outlook desktop": (
        '<div class="WordSection1"><p class="MsoNormal">Works now.<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div style="border:none;border-top:'
        'solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> Support &lt;s@desk.example&gt; <br><b>Sent:</b> Tuesday, 3 March '
        "2026 10:00<br><b>To:</b> Thandi<br><b>Subject:</b> M<o:p></o:p></p></div><p class=MsoNormal>Please restart.</p></div>"
    ),
    "outlook web": (
        '<div class="elementToProof">Works now.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg"'
        ' dir="ltr"><font><b>Van:</b> Support &lt;s@desk.example&gt;<br><b>Gestuur:</b> Dinsdag, 03 Maart 2026 10:00<br><b>Aan:</b> T<br><b>Onderwerp:</b> M</font>'
        "</div><div>Please restart.</div>"
    ),
    "outlook web, strange language": (
        f'<div>Works now.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg" dir="ltr">{STRANGE}<br>Amet</div><div>Please restart.</div>'
    ),
    "outlook web, passed on": f'<div>Works now.</div><div id="x_appendonsend"></div><hr><div id="x_divRplyFwdMsg">{STRANGE}</div><div>Please restart.</div>',
    "outlook web, signature": '<div>Works now.</div><div id="Signature"><p>Thandi Dlamini</p><p>Acme</p></div><div id="appendonsend"></div><hr><div>Please restart.</div>',
    "outlook phone": (
        '<div dir="auto">Works now.</div><div id="ms-outlook-mobile-signature"><div><br></div>Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div>'
        '<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg"><b>From:</b> Support &lt;s@desk.example&gt;<br><b>Sent:</b> Tuesday, March 3, 2026 '
        "10:00:00 AM<br><b>To:</b> T<br><b>Subject:</b> M</div>Please restart."
    ),
    "new outlook, phone": (
        f'<div>Works now.</div><div id="mail-editor-reference-message-container"><hr><div id="divRplyFwdMsg">{STRANGE}</div><div>Please restart.</div></div>'
    ),
    "hotmail": f'<div>Works now.</div><hr id="stopSpelling"><div class="OutlookMessageHeader">{STRANGE}</div><div>Please restart.</div>',
    "apple mail": (
        '<html><body style="overflow-wrap: break-word;">Works now.<br><div><br><blockquote type="cite"><div>On 3 Mar 2026, at 10:00, Support &lt;s@desk.example&gt;'
        ' wrote:</div><br class="Apple-interchange-newline"><div>Please restart.</div></blockquote></div><br></body></html>'
    ),
    "iphone": (
        '<div dir="auto">Works now.<br><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On 3 Mar 2026, at 10:00, Support '
        '&lt;s@desk.example&gt; wrote:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">﻿Please restart.</div></blockquote></div>'
    ),
    "thunderbird": (
        '<p>Works now.</p><div class="moz-signature">-- <br>Thandi</div><div class="moz-cite-prefix">Am 03.03.26 um 10:00 schrieb Support:<br></div>'
        '<blockquote type="cite" cite="mid:1@desk.example">Please restart.</blockquote>'
    ),
    "thunderbird, strange language": (
        f'<p>Works now.</p><div class="moz-cite-prefix">{STRANGE}:<br></div><blockquote type="cite" cite="mid:1@desk.example">Please restart.</blockquote>'
    ),
    "thunderbird, answer below": (
        f'<div class="moz-cite-prefix">{STRANGE}:<br></div><blockquote type="cite" cite="mid:1@desk.example">Please restart.</blockquote><p>Works now.</p>'
    ),
    "yahoo": (
        '<div class="ydp1 yahoo-style-wrap"><div>Works now.</div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div><div>On Tuesday, March 3, 2026 at '
        "10:00:00 AM GMT+2, Support &lt;s@desk.example&gt; wrote:</div><div>Please restart.</div></div></div>"
    ),
    "yahoo, strange language": f'<div>Works now.</div><div class="yahoo_quoted"><div>{STRANGE}</div><div>Please restart.</div></div>',
    "zimbra": (
        f'<div>Works now.</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">{STRANGE}</div><div data-marker="__QUOTED_TEXT__">Please.</div>'
    ),
    "zoho": f'<div>Works now.</div><div class="zmail_extra"><div>---- {STRANGE} ----</div><blockquote>Please restart.</blockquote></div>',
    "proton": (
        '<div>Works now.</div><div class="protonmail_signature_block"><div class="protonmail_signature_block-user">Thandi</div></div><div class="protonmail_quote">'
        'On Tuesday, March 3rd, 2026 at 10:00, Support &lt;s@desk.example&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">Please restart.</blockquote></div>'
    ),
    "tutanota": (
        '<div>Works now.</div><div>3 Mar 2026, 10:00 by s@desk.example:<br></div><blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8;">Please restart.</blockquote>'
    ),
    "roundcube": f'<p>Works now.</p><p id="reply-intro">{STRANGE}:</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid">Please restart.</blockquote>',
    "samsung": (
        '<div dir="auto">Works now.</div><div id="composer_signature" dir="auto">Sent from my Galaxy</div><div><br></div><div align="left" dir="auto"><div>-------- '
        "Original message --------</div><div>From: Support &lt;s@desk.example&gt; </div><div>Date: 2026/03/03 10:00 (GMT+02:00) </div><div>To: T</div><div>Subject: M</div></div><div>Please.</div>"
    ),
    "windows mail": (
        '<div class=WordSection1><p class=MsoNormal>Works now.</p><p class=MsoNormal>Sent from <a href="https://go.microsoft.com/fwlink/?LinkId=550986">Mail</a> for Windows</p>'
        "<div><p><b>From: </b><a href='mailto:s@desk.example'>Support</a><br><b>Sent: </b>Tuesday, 3 March 2026 10:00<br><b>To: </b>T<br><b>Subject: </b>M</p></div><p>Please.</p></div>"
    ),
    "web.de": (
        '<div>Works now.</div><div><div name="quote" style="margin:10px 5px"><div><b>Gesendet:</b>&nbsp;Dienstag, 03. März 2026 um 10:00 Uhr<br><b>Von:</b>&nbsp;Support &lt;s@desk.example&gt;<br>'
        "<b>An:</b>&nbsp;t@acme.example<br><b>Betreff:</b>&nbsp;M</div><div name='quoted-content'>Please restart.</div></div></div>"
    ),
    "mailbird": (
        "<div>Works now.</div><blockquote class='history_container' type='cite' style='border-left-style: solid'><p>On 3/3/2026 10:00:00 AM, Support &lt;s@desk.example&gt; wrote:</p>Please.</blockquote>"
    ),
    "notes": (
        "<font>Works now.</font><br><br><br><table><tr><td><b>Support &lt;s@desk.example&gt;</b><p>03/03/2026 10:00</p></td></tr></table><table><tr><td>To</td><td>Thandi</td></tr>"
        "<tr><td>cc</td><td></td></tr><tr><td>Subject</td><td>Re: M</td></tr></table><br>Please restart."
    ),
    "another desk": (
        '<div>Works now.</div><div class="gmail_quote"><div class="gmail_attr">Foo</div><blockquote class="gmail_quote"><div>##- Please type your reply above this line -##</div>Updated.</blockquote></div>'
    ),
}  # fmt: skip


def mail_of(markup):
    return read(b"From: t@acme.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + markup.encode())


@pytest.mark.parametrize("client", CLIENTS)
def test_html_mails_give_their_new_words(client):
    assert mail_of(CLIENTS[client]).reply_text == "Works now."


@pytest.mark.parametrize("client", CLIENTS)
def test_what_the_html_says_is_seen_by_nobody_else(client):
    mail = mail_of(CLIENTS[client])

    assert [one for one in mail.text + mail.html_sanitized if "\ufdd0" <= one <= "\ufdef"] == []
    assert [word for word in ("class=", "id=", "style=") if word in mail.html_sanitized] == []


def test_answers_between_the_quotations_of_gmail_are_kept():
    markup = (
        '<div class="gmail_quote"><div class="gmail_attr">Foo</div><blockquote class="gmail_quote">Which domain?</blockquote><div>acme.example</div>'
        '<blockquote class="gmail_quote">Which address?</blockquote><div>thandi</div></div>'
    )

    assert mail_of(markup).reply_text.split() == ["acme.example", "thandi"]


def test_an_indented_paragraph_is_no_quotation():
    markup = '<div>Please set:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>MX 10 mail.acme.example</div></blockquote><div>Thanks</div>'

    assert mail_of(markup).reply_text == "Please set:\n\nMX 10 mail.acme.example\n\nThanks"


def test_a_mail_that_is_all_signature_or_forwarded_is_not_empty():
    assert mail_of('<div class="gmail_signature">Call 082 000 0000</div>').reply_text == "Call 082 000 0000"
    assert (
        mail_of(f'<div id="divRplyFwdMsg">{STRANGE}</div><div>Pay now.</div>').reply_text
        == f"{STRANGE}\nPay now."
    )


def test_nobody_can_write_the_marks_themselves():
    for body in ("\ufdd1Hello", "&#xFDD1;Hello", "<p>\ufdd2Hello</p>"):
        assert mail_of(f"<p>Words</p>{body}").reply_text.split() == ["Words", "Hello"]
    plain = "From: t@acme.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWords\n\ufdd1Hello\n"
    assert read(plain.encode()).reply_text == "Words\nHello"


def test_words_that_look_like_attributes_stay_in_the_shown_html():
    assert html.sanitized('<p class="gmail_attr">use class="gmail_attr" id="signature" here</p>') == (
        '<p>use class="gmail_attr" id="signature" here</p>'
    )
