"""The commands as an operator and a mail server use them: before the first start, and while the desk runs."""

import json
import os
import re
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings

from tests import databases
from tests.running import Desk
from tests.servers import name_server
from tests.stories.outside import COLUMNS, HERE, PASSWORD, digest, letter

pytestmark = pytest.mark.timeout(170)
clause = pytest.mark.clause

ALICE = "alice@acme.example"
ZONE = {"acme.example": HERE, "_dmarc.acme.example": [["TXT", "v=DMARC1; p=reject"]]}
ADD = ("agents", "add", "bongani@itpossible.com", "--name", "Bongani", "--role", "technician")
ROW = "Acme,acme01,shared,web01,acme.example,{name},{email},{role},\n"
SOUND = COLUMNS + ROW.format(name="Alice Adams", email=ALICE, role="primary")


@pytest.fixture(scope="module")
def database():
    """Settings for a database of its own: nothing for SQLite."""
    if databases.KIND == "sqlite":
        yield {}
        return
    made_by = settings.DATABASES["default"]
    name = f"commands_{os.getpid()}"
    where = {"host": made_by["HOST"], "user": made_by["USER"] or "postgres", "autocommit": True}
    with psycopg.connect(dbname="postgres", **where) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    yield {"DATABASE_URL": os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")}
    with psycopg.connect(dbname="postgres", **where) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def house(tmp_path_factory, database):
    """A desk that was filled by commands before its first start, and runs since; `token` is its agent's."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "customers.csv").write_text(SOUND)
    with name_server(ZONE) as dns:
        house = Desk(folder / "data", HOSTDESK_DNS=dns, **database)
        early = [
            house.run("customers", "import", "customers.csv"),
            house.run(*ADD, "--password-stdin", given=PASSWORD.encode() + b"\n"),
            house.run("tokens", "create", "--agent", "bongani@itpossible.com", "--name", "outside"),
            house.run(
                "mail",
                "deliver",
                "--rcpt",
                "support@itpossible.com",
                "--from",
                ALICE,
                "--ip",
                "127.0.0.1",
                given=EARLY,
            ),
        ]
        house.token = early[2].stdout.decode().removesuffix("\n")
        try:
            yield house.start()
        finally:
            house.stop()


EARLY = letter(ALICE, subject="Before the first start")


def outcome(house, *words, given=None):
    """(exit code, lines on standard error) of a command."""
    done = house.run(*words, given=given, check=False)
    return done.returncode, done.stderr.decode().splitlines()


def settled(house, raw):
    """The mail with these bytes, once it has its disposition."""

    def look():
        page = house.api("/mails?limit=200", house.token)
        return [mail for mail in page["items"] if mail["sha256"] == digest(raw) and mail["disposition"]]

    [mail] = house.wait_for(look)
    return mail


@clause("channel.tickets")
def test_what_was_brought_in_before_the_first_start_is_there(house):
    mail = settled(house, EARLY)
    ticket = house.api(f"/tickets/{mail['ticket']}", house.token)

    assert re.fullmatch(r"[\x21-\x7e]{20,}", house.token)
    assert (mail["disposition"], mail["trust"]) == ("ticketed", "proven")
    assert (ticket["account"], ticket["contact"], ticket["subject"]) == (
        "acme01",
        ALICE,
        "Before the first start",
    )


@clause("contact.listed_sender")
def test_a_mail_is_found_and_shown_with_its_judgements_by_command_as_on_the_page(house):
    mail = settled(house, EARLY)
    found = house.run("mail", "list", "--find", "before the first", "--json").stdout.decode().splitlines()
    shown = json.loads(house.run("mail", "show", str(mail["id"]), "--json").stdout)
    told = house.run("mail", "show", str(mail["id"])).stdout.decode()
    judged = {one["clause"]: one for one in shown["decisions"]}

    assert [json.loads(line)["id"] for line in found] == [mail["id"]]
    assert shown["recipients"] == ["support@itpossible.com"]
    assert judged["contact.listed_sender"]["outcome"] == "proven"
    assert "may send for acme.example" in judged["contact.listed_sender"]["facts"]["spf"]
    assert "contact.listed_sender: proven (hosting/1)" in told


def test_what_lists_lists_in_json_while_the_desk_runs(house):
    for words, key in (
        (("mail", "list"), "sha256"),
        (("agents", "list"), "email"),
        (("tokens", "list"), "name"),
    ):
        lines = house.run(*words, "--json").stdout.decode().splitlines()
        assert [key in json.loads(line) for line in lines] == [True] * len(lines)
        assert lines != []


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("customers", "import"),
        ("customers", "import", "absent.csv"),
        ("agents", "add", "somebody@itpossible.com", "--name", "S", "--role", "king"),
        ADD,
        ("tokens", "create", "--agent", "nobody@itpossible.com", "--name", "t"),
        ("tokens", "create", "--agent", "bongani@itpossible.com", "--name", "t", "--scope", "everything"),
        ("mail", "show", "x"),
        ("mail", "retry", "999999"),
        ("mail", "list", "--disposition", "lost"),
        ("mail", "deliver"),
        ("policy", "explain", "sla.nothing"),
        ("backup", "/no/such/folder/desk.zip"),
        ("restore", "absent.zip"),
        ("serve", "--http", "nonsense"),
    ],
    ids=" ".join,
)
def test_nonsense_is_refused_in_one_sentence(house, words):
    code, lines = outcome(house, *words)

    assert (code != 0, len(lines)) == (True, 1)
    assert lines[0].startswith("hostdesk: ")


@clause("contact.listed_sender")
@clause("contact.off_server")
@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([(f"a{n}@x.example", "authorised") for n in range(4)], 5),
        ([(ALICE, "primary"), ("alice@mail.acme.example", "secondary")], 3),
        ([("bob@elsewhere.example", "king")], 2),
    ],
)
def test_a_bad_row_is_named_and_nothing_of_its_file_comes_in(house, rows, line):
    file = house.folder.parent / "bad.csv"
    file.write_text(COLUMNS + "".join(ROW.format(name="Somebody", email=e, role=role) for e, role in rows))
    code, lines = outcome(house, "customers", "import", "bad.csv")

    assert code == 2
    assert lines[0].startswith(f"bad.csv line {line}: ")
    assert lines[-1] == "hostdesk: nothing was imported; 1 faulty line"
    again = json.loads(house.run("customers", "import", "customers.csv", "--dry-run", "--json").stdout)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + SOUND.encode(),
        SOUND.replace(",", ";").encode(),
        SOUND.replace("\n", "\r\n").encode(),
        (SOUND + SOUND.splitlines()[1] + "\n").encode(),
    ],
    ids=["BOM", "semicolons", "CRLF", "a row twice"],
)
def test_a_file_as_office_programs_write_it_is_the_same_file(house, content):
    (house.folder.parent / "office.csv").write_bytes(content)
    done = json.loads(house.run("customers", "import", "office.csv", "--json").stdout)

    assert (done["added"], done["changed"], done["faults"]) == (0, 0, [])


@clause("contact.listed_sender")
def test_the_pipe_judges_by_the_host_that_it_is_told(house):
    to = ("mail", "deliver", "--rcpt", "support@itpossible.com", "--from", ALICE)
    told, silent = letter(ALICE), letter(ALICE)
    house.run(*to, "--ip", "127.0.0.1", "--helo", "mail.acme.example", given=told)
    house.run(*to, given=silent)

    assert settled(house, told)["trust"] == "proven"
    assert settled(house, silent)["trust"] == "forged"
    assert outcome(house, "mail", "deliver", "--rcpt", "nobody@itpossible.com", given=told)[0] == 67
    assert outcome(house, "mail", "deliver", "--rcpt", "support@itpossible.com", given=b"")[0] == 65


def test_a_backup_is_taken_while_the_desk_runs_and_restored_elsewhere(house, tmp_path):
    file = tmp_path / f"{datetime.now(UTC):%H%M%S}.zip"
    house.run("backup", str(file))
    if databases.KIND == "sqlite":
        elsewhere = Desk(tmp_path / "elsewhere")
        elsewhere.run("restore", str(file))
        mails = elsewhere.run("mail", "list", "--json").stdout.decode().splitlines()
        assert digest(EARLY) in {json.loads(line)["sha256"] for line in mails}
    assert outcome(house, "backup", str(file))[0] == 2
    assert outcome(house, "restore", str(file))[0] == 2
