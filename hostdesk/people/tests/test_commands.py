"""The commands for customers and staff, as a shell calls them."""

import io
import json

import pytest

from hostdesk.config import cli
from hostdesk.people import queries
from hostdesk.people.actions import agents
from hostdesk.people.models import Agent, Contact
from hostdesk.people.tests.making import BROWSER, PASSWORD, agent

KNOWN = "primary, secondary, authorised"
ROW = (
    "customer,account,product,server,domains,contact_name,contact_email,contact_role,contact_phone\n"
    "Acme,acme01,shared,,acme.example,Alice Adams,alice@acme.example,primary,\n"
)


@pytest.fixture
def shell(world, capsys, monkeypatch):
    """Run `hostdesk ...`: exit code, standard output, standard error."""

    def run(*words, stdin=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = cli.main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_importing_says_what_came_in(shell, tmp_path):
    file = tmp_path / "customers.csv"
    file.write_text(ROW)

    assert shell("customers", "import", str(file), "--dry-run") == (
        0,
        "1 would be added, 0 would be changed, 0 unchanged\n",
        "",
    )
    assert shell("customers", "import", str(file)) == (0, "1 added, 0 changed, 0 unchanged\n", "")
    code, out, _ = shell("customers", "import", str(file), "--json")
    assert (code, json.loads(out)) == (
        0,
        {
            "file": str(file),
            "dry_run": False,
            "imported": True,
            "added": 0,
            "changed": 0,
            "unchanged": 1,
            "faults": [],
            "notices": [],
        },
    )


def test_a_bad_file_is_refused_by_line(shell, tmp_path):
    file = tmp_path / "customers.csv"
    file.write_text(ROW.replace("primary", "king"))

    code, out, err = shell("customers", "import", str(file))
    assert (code, out, err.splitlines()) == (
        2,
        "",
        [
            f"{file} line 2: role 'king' is not known; the roles are {KNOWN} (contact.listed_sender)",
            "hostdesk: nothing was imported; 1 faulty line",
        ],
    )
    code, _, err = shell("customers", "import", str(tmp_path / "none.csv"))
    assert (code, err) == (
        2,
        f"hostdesk: {tmp_path / 'none.csv'}: cannot be read (No such file or directory)\n",
    )
    assert Contact.objects.count() == 0


def test_servers_come_in(shell, tmp_path):
    file = tmp_path / "servers.csv"
    file.write_text("server,networks,hostnames\nweb01,192.0.2.0/24,web01.host.example\n")

    assert shell("servers", "import", str(file)) == (0, "1 added, 0 changed, 0 unchanged\n", "")


def test_an_agent_with_a_password_from_standard_input_can_sign_in(shell, world):
    code, out, _ = shell(
        "agents",
        "add",
        "ann@host.example",
        "--name",
        "Ann",
        "--role",
        "technician",
        "--password-stdin",
        stdin=f" {PASSWORD} \nnot this line\n",
    )

    assert (code, out) == (0, "")
    assert (
        agents.sign_in("ann@host.example", f" {PASSWORD} ", browser=BROWSER, at=world.now).session.step
        == "full"
    )


def test_an_agent_without_one_gets_a_link_alone_on_standard_output(shell, world):
    code, out, _ = shell("agents", "add", "ann@host.example", "--name", "Ann", "--role", "admin")
    address, token = out.removesuffix("\n").rsplit("/", 1)

    assert (code, address) == (0, "http://127.0.0.1:8000/desk/invitation")
    assert agents.invited(token, at=world.now) == Agent.objects.get()
    code, again, _ = shell("agents", "invite", "ann@host.example")
    assert (code, again != out, agents.invited(token, at=world.now)) == (0, True, None)


def test_a_weak_password_adds_nobody(shell):
    code, out, err = shell(
        "agents",
        "add",
        "ann@host.example",
        "--name",
        "Ann",
        "--role",
        "admin",
        "--password-stdin",
        stdin="short\n",
    )

    assert (code, out, Agent.objects.count()) == (2, "", 0)
    assert err == "hostdesk: Use at least 12 characters; a few words in a row are easy to remember.\n"


def test_agents_are_listed_changed_and_sent_off(shell, world):
    agent(world, role="admin")
    agent(world, "ben@host.example", name="Ben", role="supervisor")
    assert shell("agents", "role", "ben@host.example", "level1") == (0, "", "")
    assert shell("agents", "reset-totp", "ben@host.example") == (0, "", "")
    assert shell("agents", "deactivate", "ben@host.example") == (0, "", "")
    assert shell("agents", "deactivate", "ann@host.example")[::2] == (
        2,
        "hostdesk: Ann is the last administrator; add another one first.\n",
    )
    assert shell("agents", "deactivate", "nobody@host.example")[::2] == (
        2,
        "hostdesk: there is no agent nobody@host.example; 'hostdesk agents list' shows all\n",
    )
    _, out, _ = shell("agents", "list", "--json")
    assert [json.loads(line) for line in out.splitlines()] == [
        {
            "email": "ann@host.example",
            "name": "Ann",
            "role": "admin",
            "active": True,
            "invited": False,
            "totp": False,
            "teams": ["support"],
        },
        {
            "email": "ben@host.example",
            "name": "Ben",
            "role": "level1",
            "active": False,
            "invited": False,
            "totp": False,
            "teams": ["support"],
        },
    ]


def test_a_token_is_printed_alone_and_ends_when_revoked(shell, world):
    someone = agent(world)
    code, out, _ = shell("tokens", "create", "--agent", "ann@host.example", "--name", "script")
    token = queries.agent_for_token(out.removesuffix("\n"), at=world.now)

    assert (code, token.agent, token.scopes) == (0, someone, [])
    assert out.removesuffix("\n") not in shell("tokens", "list", "--json")[1]
    assert shell("tokens", "revoke", str(token.pk)) == (0, "", "")
    assert queries.agent_for_token(out.removesuffix("\n"), at=world.now) is None
    assert shell("tokens", "create", "--agent", "ann@host.example", "--name", "x", "--scope", "all")[::2] == (
        2,
        "hostdesk: There is no scope 'all'; choose among tickets:read, mails:read.\n",
    )
