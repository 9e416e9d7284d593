"""HOSTDESK_IMAP is read strictly, and its secrets stand in no sentence."""

import pytest

from hostdesk.kit.refusals import Misconfigured
from hostdesk.mail.fetching.naming import OAuthClient, Remote, mailboxes

pytestmark = pytest.mark.db_free


def test_several_mailboxes_with_blanks_between():
    found = mailboxes(
        "imaps://support%40acme.example:ge%20heim%3F@mail.acme.example/Support/B%C3%BCro?then=move:Done&route=desk\n"
        " imap://klachten@acme.example:x@[2001:db8::1]:1143?then=delete&route=complaint&poll=30"
    )

    assert found == (
        Remote(
            user="support@acme.example", host="mail.acme.example", port=993, is_tls_at_once=True, folder="Support/Büro",
            password="ge heim?", route="desk", then="move", done_folder="Done",
        ),
        Remote(
            user="klachten@acme.example", host="2001:db8::1", port=1143, is_tls_at_once=False, folder="INBOX",
            password="x", route="complaint", then="delete", poll_seconds=30,
        ),
    )  # fmt: skip
    assert found[0].name == "support@acme.example@mail.acme.example/Support/Büro"
    assert "ge heim" not in repr(found)


def test_nothing_set_is_no_mailbox():
    assert mailboxes("") == ()


def test_a_secret_from_a_file_that_others_may_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("open sesame\n")
    url = f"imaps://u@h.example/?password_file={secret}"
    secret.chmod(0o640)
    assert mailboxes(url)[0].password == "open sesame"

    secret.chmod(0o644)
    with pytest.raises(Misconfigured, match="everybody may read"):
        mailboxes(url)


def test_the_usual_addresses_of_the_providers():
    [google] = mailboxes("imaps://u%40x.example@imap.gmail.com/?oauth=google&client_id=c&client_secret=s")
    [person] = mailboxes(
        "imaps://u%40x.example@outlook.office365.com/?oauth=microsoft&tenant=x.example&client_id=c"
    )
    [app] = mailboxes(
        "imaps://u%40x.example@outlook.office365.com/?oauth=microsoft&flow=app&tenant=t&client_id=c&client_secret=s"
    )

    assert google.oauth == OAuthClient(
        provider="google", flow="user", client_id="c", client_secret="s", scope="https://mail.google.com/",
        token_url="https://oauth2.googleapis.com/token", authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    )  # fmt: skip
    base = "https://login.microsoftonline.com/x.example/oauth2/v2.0"
    assert person.oauth == OAuthClient(
        provider="microsoft", flow="user", client_id="c", client_secret="",
        scope="https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        token_url=f"{base}/token", device_url=f"{base}/devicecode", authorize_url=f"{base}/authorize",
    )  # fmt: skip
    assert app.oauth.scope == "https://outlook.office365.com/.default"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://u:geheim@h.example/", "is not an address such as imaps://user:password@mail.example.com/INBOX"),
        ("imaps://u:geheim@h.example:port/", "is not an address such as imaps://user:password@mail.example.com/INBOX"),
        ("imaps://h.example/INBOX", "is not an address such as imaps://user:password@mail.example.com/INBOX"),
        ("imaps://u@h.example/", "has neither a password, a password_file nor oauth"),
        ("imaps://u:geheim@h.example/?than=seen", "says 'than' after the question mark, which is not known there"),
        ("imaps://u:geheim@h.example/?poll=5&poll=6", "says 'twice' after the question mark, which is not known there"),
        ("imaps://u:geheim@h.example/?then=burn", "has a 'then' that is none of seen, delete and move:FOLDER"),
        ("imaps://u:geheim@h.example/?then=move", "has a 'then' that is none of seen, delete and move:FOLDER"),
        ("imaps://u:geheim@h.example/?then=move:INBOX", "has a 'then' that is none of seen, delete and move:FOLDER"),
        ("imaps://u:geheim@h.example/?route=up", "has a 'route' that is none of auto, desk and complaint"),
        ("imaps://u:geheim@h.example/?poll=1", "has a 'poll' that is no number of seconds from 5 to 3600"),
        ("imaps://u:geheim@h.example/a%0Db", "has unprintable characters in a name"),
        ("imaps://u:geheim@h.example/?ca_file=/no/such", "names a ca_file that is not there"),
        ("imaps://u@h.example/?password_file=/no/such", "names a secret file that cannot be read: /no/such"),
        ("imaps://u@h.example/?oauth=yahoo", "has an 'oauth' that is neither google nor microsoft"),
        ("imaps://u@h.example/?oauth=google", "has no client_id for oauth"),
        ("imaps://u@h.example/?oauth=google&flow=app&client_id=c", "has a 'flow' that is neither user nor (for microsoft) app"),
        ("imaps://u@h.example/?oauth=microsoft&flow=app&client_id=c&tenant=t", "has no client_secret_file for oauth"),
        ("imaps://u@h.example/?oauth=microsoft&flow=app&client_id=c&client_secret=s",
         "has no 'tenant', the directory in which the application is registered"),
        ("imaps://u@h.example/?oauth=google&client_id=c&token_url=http://h.example/", "has a token_url that is no https address"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_without_its_secrets(url, sentence):
    with pytest.raises(Misconfigured) as no:
        mailboxes(f"imaps://first:x@h.example/ {url}")

    assert (
        str(no.value) == f"HOSTDESK_IMAP mailbox 2 {sentence}"
        or str(no.value) == f"HOSTDESK_IMAP: mailbox 2 {sentence}"
    )
    assert "geheim" not in str(no.value)


def test_the_same_mailbox_twice_is_refused():
    with pytest.raises(Misconfigured, match="same mailbox twice"):
        mailboxes("imaps://u:x@h.example/ imaps://u:y@h.example/INBOX")
