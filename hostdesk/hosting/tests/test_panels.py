"""Connecting control panels to servers, by the command line; and which panel looks after an account."""

import dataclasses
import io
import json

import pytest
from django.conf import settings as django_settings

from hostdesk.audit.models import Entry
from hostdesk.config import cli
from hostdesk.config.checking_panels import control_panels
from hostdesk.hosting import panels
from hostdesk.hosting.models import Server, ServerPanel
from tests.panels.certificates import certificates
from tests.panels.model import SECRET
from tests.panels.serving import panel_server


@pytest.fixture(scope="module")
def pems(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("panels"))


@pytest.fixture
def panel(world, pems, settings):
    settings.ENVIRONMENT = dataclasses.replace(django_settings.ENVIRONMENT, panel_ca=str(pems[0]))
    Server.objects.create(name="web01", created_at=world.now)
    with panel_server("cpanel", pems[1]) as (url, server):
        server.url = url
        yield server


@pytest.fixture
def shell(capsys, monkeypatch):
    """Run `hostdesk servers ...`: exit code, standard output, standard error."""

    def run(*words, stdin=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = cli.main(["servers", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def connect(shell, url, secret=SECRET, **more):
    given = {"kind": "cpanel", "user": "root", **more}
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    return shell("panel", "WEB01", "--url", url, *words, "--secret-stdin", stdin=f"{secret}\n")


def test_a_panel_is_connected_signed_in_to_and_its_secret_is_nowhere_to_be_read(shell, panel):
    assert connect(shell, panel.url) == (0, "WHM/cPanel on web01 took the sign-in: WHM 11.134.0.5\n", "")

    code, out, _ = shell("list", "--json")
    assert (code, json.loads(out)["panel"]) == (0, {"kind": "cpanel", "url": panel.url, "user": "root"})
    everything = [*ServerPanel.objects.values_list(), *Entry.objects.values_list(), out, shell("list")]
    assert panel.url in str(everything)
    assert SECRET not in str(everything)
    assert [one.sentence for one in control_panels()] == [f"WHM 11.134.0.5 at {panel.url} took the sign-in."]


def test_a_wrong_secret_is_kept_and_said_to_be_wrong(shell, panel):
    code, out, err = connect(shell, panel.url, "not the token")

    assert (code, out) == (1, "")
    assert "cannot be used" in err
    assert "refused the sign-in (403)" in err
    assert [one.verdict for one in control_panels()] == ["fault"]
    assert connect(shell, panel.url)[0] == 0
    assert ServerPanel.objects.count() == 1


@pytest.mark.parametrize(
    ("url", "more", "says"),
    [
        ("http://web01.example:2086", {}, "by HTTPS"),
        ("https://root:pw@web01.example:2087", {}, "by HTTPS"),
        ("https://web01.example:2087/json-api", {}, "by HTTPS"),
        ("memory://", {}, "by HTTPS"),
        ("https://web01.example:2087", {"user": ""}, "needs the user"),
        ("https://web01.example:2087", {"user": "a:b"}, "a name as the panel knows it"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(shell, panel, url, more, says):
    code, _, err = connect(shell, url, **more)

    assert (code, says in err, ServerPanel.objects.count()) == (2, True, 0)


def test_an_unknown_server_and_an_empty_secret_are_refused(shell, panel):
    assert connect(shell, panel.url, "")[0] == 2
    words = ("--kind", "cpanel", "--url", panel.url, "--user", "root", "--secret-stdin")
    code, _, err = shell("panel", "web99", *words, stdin="x\n")
    assert (code, "no server web99" in err) == (2, True)
    assert shell("panel", "web01", "--kind", "cpanel")[0] == 2


def test_a_panel_is_forgotten(shell, panel):
    connect(shell, panel.url)
    assert shell("panel", "web01", "--remove") == (0, "web01 is looked after by hand now\n", "")
    assert ServerPanel.objects.count() == 0
    assert shell("panel", "web01", "--remove")[0] == 2
    assert [one.verdict for one in control_panels()] == ["ok"]


def test_a_secret_sealed_under_a_lost_key_is_told_and_not_used(shell, panel, settings):
    connect(shell, panel.url)
    settings.SECRET_KEY = "another key of at least thirty-two characters"

    assert [one.verdict for one in control_panels()] == ["fault"]
    assert panels.panel_of(ServerPanel.objects.get()).kind == "by_hand"


def test_an_account_is_looked_after_by_the_one_panel_of_its_servers(world, shell, panel):
    account = world.contact().account
    connect(shell, panel.url)
    assert panels.keeper_of(account).name == "By hand"

    server = Server.objects.get(name="web01")
    account.services.update(server=server)
    assert panels.keeper_of(account).name == "WHM/cPanel on web01"

    account.services.update(product="dedicated")
    assert panels.keeper_of(account).panel.kind == "by_hand"

    account.services.update(product="shared")
    other = Server.objects.create(name="mail01", created_at=world.now)
    account.services.create(product="email", server=other, created_at=world.now)
    assert panels.keeper_of(account).name == "WHM/cPanel on web01"
    row = ServerPanel.objects.get()
    ServerPanel.objects.create(
        server=other, kind="plesk", url=row.url, sealed_secret=row.sealed_secret, connected_at=world.now
    )
    assert "several servers" in panels.keeper_of(account).panel.by_hand["change_plan"]
