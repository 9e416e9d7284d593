"""A mailbox behind OAuth 2: tokens are got, kept sealed, renewed, and their end is told in a sentence."""

import threading
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.mail.fetching.naming import mailboxes
from hostdesk.mail.fetching.running import known
from hostdesk.mail.fetching.tokens import Key, store_grant, stored_grant
from hostdesk.mail.models import Mailbox
from hostdesk.mail.tests.arrivals import AT
from hostdesk.mail.tests.fetching.conftest import HURRY, letter
from hostdesk.ports.imap import AccessToken
from hostdesk.ports.oauth import NotYet, OAuthServer
from hostdesk.ports.outcomes import PortDown, PortRefused
from tests.servers import free_port, token_server

GIVEN = {"access_token": "ya29.one", "expires_in": 3600, "token_type": "Bearer"}


def remote(url, **words):
    chosen = {"oauth": "microsoft", "tenant": "t", "client_id": "c", "token_url": f"{url}/token", **words}
    return mailboxes("imaps://u@h.example/?" + "&".join(f"{k}={v}" for k, v in chosen.items()))[0]


def test_the_application_asks_for_itself_and_remembers_the_token(db):
    with token_server((200, GIVEN)) as (url, server):
        key = Key(remote(url, flow="app", client_secret="geheim"))
        assert key.access().sign_in == key.access().sign_in == AccessToken("ya29.one")
        key.forget()
        key.access()

    assert (
        server.asked
        == [
            (
                "/token",
                {
                    "client_id": "c",
                    "client_secret": "geheim",
                    "grant_type": "client_credentials",
                    "scope": "https://outlook.office365.com/.default",
                },
            )
        ]
        * 2
    )


def test_a_token_that_ends_at_once_is_not_remembered(db):
    with token_server((200, {**GIVEN, "expires_in": 60})) as (url, server):
        key = Key(remote(url, flow="app", client_secret="s"))
        key.access()
        key.access()

    assert len(server.asked) == 2


def test_a_grant_is_kept_sealed_and_follows_its_renewals(db, settings):
    with token_server((200, {**GIVEN, "refresh_token": "grant-2"})) as (url, server):
        box = remote(url)
        known(box, at=AT)
        store_grant(box, "grant-1")
        assert "grant" not in Mailbox.objects.get().sealed_grant
        Key(box).access()

    assert server.asked[0][1]["refresh_token"] == "grant-1"
    assert stored_grant(box) == "grant-2"

    settings.SECRET_KEY = "another" * 10
    assert stored_grant(box) == ""


def test_without_a_grant_the_sentence_says_what_to_do(db):
    box = remote("http://127.0.0.1:1")
    with pytest.raises(PortRefused) as no:
        Key(box).access()

    assert no.value.answer == "nobody has signed in yet; run: hostdesk mail connect u@h.example/INBOX"


def test_a_grant_that_was_taken_back_asks_to_sign_in_anew(db):
    refusal = {"error": "invalid_grant", "error_description": "AADSTS700082: expired"}
    with token_server((400, refusal)) as (url, _):
        box = remote(url)
        known(box, at=AT)
        store_grant(box, "grant-1")
        with pytest.raises(PortRefused) as no:
            Key(box).access()

    assert no.value.answer == (
        "the token server says: invalid_grant AADSTS700082: expired; "
        "sign in anew: hostdesk mail connect u@h.example/INBOX"
    )


@pytest.mark.db_free
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((503, {}), PortDown),
        ((429, {"error": "too_many"}), PortDown),
        ((400, {"error": "temporarily_unavailable"}), PortDown),
        ((200, {"no": "token"}), PortDown),
        ((200, []), PortDown),
        ((302, {}), PortRefused),
        ((401, {"error": "invalid_client"}), PortRefused),
        ((400, {"error": "authorization_pending"}), NotYet),
    ],
)
def test_answers_of_a_token_server_are_the_ports_errors(answer, error):
    with token_server(answer) as (url, server), pytest.raises((PortDown, PortRefused)) as raised:
        OAuthServer("c", "geheim", "s", f"{url}/token").as_ourselves()

    assert type(raised.value) is error
    assert "geheim" not in str(raised.value)
    assert len(server.asked) == 1


@pytest.mark.db_free
def test_a_token_server_that_is_not_there_is_down():
    with pytest.raises(PortDown):
        OAuthServer("c", "s", "s", f"http://127.0.0.1:{free_port()}/").as_ourselves()


def test_mails_are_fetched_with_a_token_and_a_new_one_when_it_is_worthless(house):
    house.store.tokens = {"ya29.two"}
    house.store.add(letter(1))
    with token_server((200, GIVEN), (200, {**GIVEN, "access_token": "ya29.two"})) as (url, server):
        words = {"oauth": "microsoft", "flow": "app", "tenant": "t", "client_id": "c", "client_secret": "s"}
        with house.fetching(token_url=f"{url}/token", **words):
            house.wait_for(lambda: house.kept == [letter(1)])

    assert len(server.asked) == 2


def test_a_remembered_token_that_was_taken_back_is_replaced_at_once(house):
    house.store.tokens = {"ya29.one"}
    pace = replace(HURRY, pause_when_refused=timedelta(hours=1))
    words = {"oauth": "microsoft", "flow": "app", "tenant": "t", "client_id": "c", "client_secret": "s"}
    with (
        token_server((200, GIVEN), (200, {**GIVEN, "access_token": "ya29.two"})) as (url, _),
        house.fetching(token_url=f"{url}/token", pace=pace, **words),
    ):
        house.store.add(letter(1))
        house.wait_for(lambda: house.kept == [letter(1)])
        house.store.tokens = {"ya29.two"}
        house.store.add(letter(2))
        house.store.hang_up()
        house.wait_for(lambda: house.kept == [letter(1), letter(2)])


def test_a_token_that_is_refused_although_it_is_new_is_not_asked_for_again_and_again(house):
    pace = replace(HURRY, pause_when_refused=timedelta(hours=1))
    words = {"oauth": "microsoft", "flow": "app", "tenant": "t", "client_id": "c", "client_secret": "s"}
    with (
        token_server((200, GIVEN)) as (url, server),
        house.fetching(token_url=f"{url}/token", pace=pace, **words),
    ):
        house.wait_for(lambda: house.box.trouble and house.box.claimed_until is None)
        house.stays(lambda: len(server.asked) == 1)

    assert house.box.trouble == "sign-in refused: [AUTHENTICATIONFAILED] token is worthless"


def connect(monkeypatch, settings, box, *words):
    from argparse import Namespace

    from hostdesk.config import boot
    from hostdesk.config.commands import mail_connect

    monkeypatch.setattr(boot, "setup", lambda: None)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mailboxes=(box,))
    return mail_connect.run(Namespace(mailbox="1", port=0))


def test_connecting_by_a_code_typed_elsewhere(house, monkeypatch, settings, capsys):
    house.store.tokens = {"ya29.one"}
    pause = {"claimed_until": None, "next_try_at": AT + timedelta(days=3650)}
    device = {
        "device_code": "dc",
        "user_code": "ABCD-EFGH",
        "verification_uri": "https://m.example/device",
        "interval": 1,
    }
    given = {**GIVEN, "refresh_token": "grant-1"}
    answers = [(200, device), (400, {"error": "authorization_pending"}), (200, given)]
    with token_server(*answers) as (url, server):
        box = house.remote(
            oauth="microsoft", tenant="t", client_id="c", token_url=f"{url}/token", device_url=f"{url}/device"
        )
        known(box, at=AT)
        Mailbox.objects.update(**pause)
        assert connect(monkeypatch, settings, box) == 0

    # What refused the mailbox before is mended: it is not left alone any longer.
    assert house.box.next_try_at <= datetime.now(UTC)
    assert [path for path, _ in server.asked] == ["/device", "/token", "/token", "/token"]
    assert stored_grant(box) == "grant-1"
    assert capsys.readouterr().out == (
        f"Open https://m.example/device and enter the code ABCD-EFGH\n{box.name} opens; 0 mails lie there\n"
    )


def test_connecting_by_a_browser_that_comes_back(house, monkeypatch, settings):
    house.store.tokens = {"ya29.one"}
    given = {**GIVEN, "refresh_token": "grant-1"}
    from urllib.parse import parse_qs, urlsplit

    from hostdesk.config.commands import mail_connect

    shown = []

    class Terminal:
        def write(self, words):
            shown.append(words)
            if "?response_type" in words:
                threading.Thread(target=come_back, args=(words.split()[8],)).start()

        def flush(self):
            pass

    def come_back(address):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        shown.append(asked)
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{asked['redirect_uri']}?code=forged&state=guessed")
        urllib.request.urlopen(f"{asked['redirect_uri']}?code=the-code&state={asked['state']}").read()

    monkeypatch.setattr(mail_connect.sys, "stdout", Terminal())
    with token_server((200, given), (200, GIVEN)) as (url, server):
        box = house.remote(
            oauth="google",
            client_id="c",
            client_secret="s",
            token_url=f"{url}/t",
            authorize_url="https://a.example/x",
        )
        assert connect(monkeypatch, settings, box) == 0
    asked = next(one for one in shown if isinstance(one, dict))
    exchange = server.asked[0][1]

    assert (exchange["code"], exchange["redirect_uri"]) == ("the-code", asked["redirect_uri"])
    assert (asked["access_type"], asked["code_challenge_method"]) == ("offline", "S256")
    assert stored_grant(box) == "grant-1"
