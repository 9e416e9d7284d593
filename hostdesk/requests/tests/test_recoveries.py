"""Getting in on registration data: delayed, told to everybody, stopped by anybody, approved by several, never automatic."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hostdesk.audit.models import Decision
from hostdesk.kit.refusals import Refused
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.mail.models import OutboundMail
from hostdesk.people import seals
from hostdesk.people.models import Attempt
from hostdesk.requests.actions import choosing, recovering
from hostdesk.requests.models import Recovery, RecoveryLink, RegistrationRecord
from hostdesk.requests.outside import Outside
from hostdesk.requests.recovery import case_of_recovery, recovering_of
from hostdesk.requests.recovery_round import look_around
from hostdesk.tickets.models import Ticket
from tests.registries import on_loopback, rdap

pytestmark = pytest.mark.clause("contact.password")
AT = "/rdap/domain/acme.example"
OWNER = "owner@new.example"
NEW = "correct horse battery staple"
RUN_OUT = [
    {"eventAction": "registration", "eventDate": "2015-03-01T00:00:00Z"},
    {"eventAction": "last changed", "eventDate": "2025-03-01T00:00:00Z"},
    {"eventAction": "expiration", "eventDate": "2026-11-22T00:00:00Z"},
]
OLD = {"registered": "2015-03-01T00:00:00Z", "changed": "2025-03-01T00:00:00Z"}


@pytest.fixture
def there():
    with on_loopback() as registry:
        registry.pages.says(AT, rdap(**OLD))
        yield registry


class Case:
    """One recovery of acme.example, walked through by the steps of its name."""

    def __init__(self, world, there):
        self.world, self.there, self.zone = world, there, {}
        self.primary = world.contact()
        self.dev = world.contact("dev@acme.example", name="Dev", role="authorised")
        self.technician, self.supervisor = world.agent("Thabo"), world.agent("Sipho", role="supervisor")

    def ways(self):
        reach = self.there.reach(
            names={"acme.example": ["93.184.216.34"]},
            instead={"acme.example:80": self.there.web_at},
            seconds=2,
        )
        return Outside(self.there.registry(), lambda: ZoneResolver(self.zone), reach)

    def starts(self, domain="acme.example", address=OWNER, network="192.0.2.1/32"):
        token = recovering.start(domain, address, network=network, at=self.world.now)
        return Recovery.objects.get(page_sha256=seals.fingerprint(token))

    def looks(self, **span):
        self.world.move(**span)
        Recovery.objects.filter(look_at__isnull=False).update(look_at=self.world.now)
        look_around(self.world.now, ways=self.ways())
        return self.now()

    def now(self):
        return Recovery.objects.latest("pk")

    def places(self, recovery):
        self.zone[f"_hostdesk-recovery.{recovery.domain}"] = [["TXT", recovery.proof_token]]

    def token(self, kind, to):
        mail = OutboundMail.objects.filter(kind=kind, to_address=to).latest("pk")
        return re.search(r"/recovery/\w+/([\w-]+)", mail.text)[1]

    def proven(self):
        self.places(self.starts())
        self.looks()
        return recovering.prove_address(self.token("recovery_address", OWNER), at=self.world.now)

    def approved(self):
        row = self.proven()
        recovering.approve(row, by=self.technician, at=self.world.now)
        return recovering.approve(row, by=self.supervisor, at=self.world.now)

    def granted(self):
        self.approved()
        return self.looks(hours=96)

    def wait(self):
        return case_of_recovery(self.now()).version.terms.recovery_wait

    def doubts(self):
        return recovering_of(case_of_recovery(self.now()), at=self.world.now).doubts


@pytest.fixture
def case(world, there):
    return Case(world, there)


def mails(kind):
    return sorted(OutboundMail.objects.filter(kind=kind).values_list("to_address", flat=True))


def test_the_whole_way_ends_with_a_link_to_the_proven_address_and_a_password_that_nobody_keeps(case):
    row = case.granted()

    assert row.state == "granted"
    assert mails("recovery_notice") == mails("recovery_granted") == ["alice@acme.example", "dev@acme.example"]
    assert mails("password_link") == [OWNER]
    written = OutboundMail.objects.get(kind="password_link").text
    assert "\n\nYou asked us for a new password of account acme01, and it was shown to be yours." in written
    assert "Hello" not in written
    outcomes = Decision.objects.filter(subject_id=row.ticket_id, clause="contact.password").order_by("pk")
    assert [one.outcome for one in outcomes] == ["delayed", "granted"]
    assert outcomes[1].facts["digests"] == [RegistrationRecord.objects.get().digest]
    assert len(outcomes[1].facts["approvers"]) == 2
    link = choosing.choose(case.token("password_link", OWNER), NEW, at=case.world.now)
    assert link.outcome == "by_hand"
    choosing.set_by_hand(link, by=case.technician, at=case.world.now)
    assert (case.now().state, mails("password_set")) == ("done", ["alice@acme.example", "dev@acme.example"])
    assert not any(
        NEW in str(row) for model in (OutboundMail, Decision, RecoveryLink) for row in model.objects.values()
    )


def test_it_waits_to_the_last_second_whatever_was_shown_before(case):
    case.approved()

    assert case.looks(hours=95, minutes=59, seconds=59).state == "open"
    assert case.looks(seconds=1).state == "granted"


def test_nothing_goes_to_the_new_address_before_control_over_the_domain_was_shown(case):
    case.starts()
    row = case.looks()

    assert (row.state, row.ticket.account) == ("open", case.primary.account)
    assert OutboundMail.objects.filter(to_address=OWNER).count() == 0
    with pytest.raises(Refused, match="not proven"):
        recovering.approve(row, by=case.supervisor, at=case.world.now)


def test_a_file_on_the_web_site_proves_as_well_but_not_one_that_holds_more(case):
    row = case.starts()
    path = "/.well-known/hostdesk-recovery.txt"
    case.there.pages.says(path, f"x {row.proof_token}", kind="text/plain")
    assert case.looks().proof == ""
    case.there.pages.says(path, f"{row.proof_token}\n", kind="text/plain")

    assert case.looks().proof == "file"


def test_a_record_with_another_token_proves_nothing(case):
    other = case.starts(address="evil@evil.example")
    row = case.starts(network="192.0.2.2/32")
    case.zone[f"_hostdesk-recovery.{row.domain}"] = [
        ["TXT", other.proof_token],
        ["TXT", row.proof_token + " "[:0] + "x"],
    ]
    case.looks()

    assert list(Recovery.objects.order_by("pk").values_list("proof", flat=True)) == ["dns", ""]


@pytest.mark.parametrize(
    ("answer", "doubts"),
    [
        (rdap(registered=OLD["registered"], changed="2026-10-20T00:00:00Z"), ("changed",)),
        (
            rdap(registered="2026-11-23T07:00:00Z", changed="2026-11-23T07:00:00Z"),
            ("odd_dates", "reregistered", "changed"),
        ),
        (rdap("other.example", **OLD), ("other_name",)),
        (rdap(status=["redemption period"], **OLD), ("gone",)),
        (rdap(events=RUN_OUT), ("expired",)),
        (rdap(events=[]), ("undated",)),
        (b"x" * 1_000_001, ("unseen",)),
        (b"{", ("unseen",)),
    ],
)
def test_a_doubtful_registration_refuses_the_automatic_path_and_asks_for_a_supervisor(case, answer, doubts):
    case.there.pages.says(AT, answer)
    case.places(case.starts())
    row = case.looks()

    assert (row.proof, case.doubts()) == ("dns", doubts)
    assert mails("recovery_address") == []
    with pytest.raises(Refused, match="not proven"):
        recovering.approve(row, by=case.supervisor, at=case.world.now)
    with pytest.raises(Refused, match="Only a supervisor"):
        recovering.prove_by_hand(row, how="I know them", by=case.technician, at=case.world.now)
    recovering.prove_by_hand(row, how="Papers against invoices", by=case.supervisor, at=case.world.now)
    assert mails("recovery_address") == [OWNER]


def test_redacted_private_or_several_addresses_weigh_nothing_and_none_of_them_gets_a_mail(case):
    told = rdap(
        emails=("a@elsewhere.example", "b@privacy-proxy.example", "c@x.example\r\nBcc: d@x.example"),
        redacted=[{}],
        **OLD,
    )
    case.there.pages.says(AT, told)
    case.granted()

    outwards = OutboundMail.objects.exclude(to_address__endswith="@itpossible.com")
    assert set(outwards.values_list("to_address", flat=True)) == {
        OWNER,
        "alice@acme.example",
        "dev@acme.example",
    }


def test_t54_a_registrars_record_alone_opens_nothing_however_long_it_waits(case):
    told = rdap(emails=(OWNER, "alice@acme.example"), **OLD)
    case.there.pages.says(AT, told)
    case.starts()
    case.looks()
    row = case.looks(days=5)

    assert RegistrationRecord.objects.count() >= 1
    assert row.state == "open"
    assert mails("password_link") == []
    assert OutboundMail.objects.filter(to_address=OWNER).count() == 0
    for agent in (case.technician, case.supervisor):
        with pytest.raises(Refused):
            recovering.approve(row, by=agent, at=case.world.now)


def test_the_evidence_is_kept_as_it_came_with_date_source_and_digest(case):
    case.starts()
    case.looks()
    record = RegistrationRecord.objects.get()

    assert (record.via, record.fetched_at, record.digest) == (
        "rdap",
        case.world.now,
        seals.sha256(bytes(record.body)).hexdigest(),
    )
    assert record.source.endswith(AT)


def test_any_stored_contact_stops_it_with_one_press_and_every_link_is_void(case, client):
    case.world.now = timezone.now()
    row = case.starts()
    case.places(row)
    case.looks()
    address = case.token("recovery_address", OWNER)
    page = f"/recovery/stop/{case.token('recovery_notice', 'dev@acme.example')}"

    assert [client.get(page).status_code for _ in range(3)] == [200] * 3
    assert case.now().state == "open"
    assert [client.post(page).status_code for _ in range(2)] == [200, 410]
    assert case.now().state == "stopped"
    with pytest.raises(Refused):
        recovering.prove_address(address, at=case.world.now)
    pressed = RecoveryLink.objects.get(purpose="stop", contact=case.dev)
    assert pressed.used_at is not None
    assert not RecoveryLink.objects.filter(used_at=None, voided_at=None).exists()


def test_after_granting_it_can_still_be_stopped_until_the_password_is_chosen(case):
    case.granted()
    token = case.token("password_link", OWNER)
    recovering.stop(case.token("recovery_granted", "alice@acme.example"), at=case.world.now)
    with pytest.raises(Refused, match="newer one"):
        choosing.choose(token, NEW, at=case.world.now)

    assert RecoveryLink.objects.filter(purpose="password", used_at__isnull=False).count() == 0


def test_once_the_password_is_set_it_is_too_late_to_stop(case):
    case.granted()
    link = choosing.choose(case.token("password_link", OWNER), NEW, at=case.world.now)
    choosing.set_by_hand(link, by=case.technician, at=case.world.now)

    with pytest.raises(Refused, match="has been used"):
        recovering.stop(case.token("recovery_granted", "alice@acme.example"), at=case.world.now)


def test_after_a_stop_a_new_wish_from_outside_troubles_nobody_for_a_while(case):
    case.starts()
    case.looks()
    recovering.stop(case.token("recovery_notice", "alice@acme.example"), at=case.world.now)
    case.starts(network="192.0.2.2/32")

    assert (case.looks().state, Ticket.objects.count()) == ("asked", 1)
    assert case.looks(hours=96, seconds=1).state == "open"


def test_neither_the_opener_nor_one_alone_nor_two_technicians_suffice(case):
    row = recovering.open_for_caller("acme.example", OWNER, by=case.supervisor, at=case.world.now)
    case.places(row)
    case.looks()
    recovering.prove_address(case.token("recovery_address", OWNER), at=case.world.now)
    with pytest.raises(Refused, match="You opened"):
        recovering.approve(row, by=case.supervisor, at=case.world.now)
    recovering.approve(row, by=case.technician, at=case.world.now)
    with pytest.raises(Refused, match="approved it already"):
        recovering.approve(row, by=case.technician, at=case.world.now)
    with pytest.raises(Refused, match="yes of a supervisor"):
        recovering.approve(row, by=case.world.agent("Lerato"), at=case.world.now)
    with pytest.raises(Refused, match="role does not approve"):
        recovering.approve(row, by=case.world.agent("Anita", role="billing"), at=case.world.now)
    assert case.looks(hours=96).state == "open"
    recovering.approve(row, by=case.world.agent("Adele", role="supervisor"), at=case.world.now)
    assert case.now().state == "granted"


def test_the_link_of_a_granted_recovery_runs_out_and_a_new_one_voids_the_old(case):
    row = case.granted()
    old = case.token("password_link", OWNER)
    recovering.send_again(row, by=case.technician, at=case.world.now)
    with pytest.raises(Refused):
        choosing.choose(old, NEW, at=case.world.now)
    new = case.token("password_link", OWNER)
    case.world.move(hours=24)

    with pytest.raises(Refused):
        choosing.choose(new, NEW, at=case.world.now)


def test_what_comes_to_nothing_ends_after_two_weeks(case):
    case.starts()
    case.starts("ghost.example", network="192.0.2.2/32")
    case.looks()
    case.looks(days=14)

    assert set(Recovery.objects.values_list("state", flat=True)) == {"expired"}


def test_starting_and_following_is_the_same_for_known_and_unknown_domains(case, client):
    case.world.now = timezone.now()
    seen = []
    for domain in ("acme.example", "ghost.example"):
        Attempt.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            answer = client.post("/recovery/domain", {"domain": domain, "address": OWNER})
        words = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries.captured_queries]
        row = case.looks()
        page = client.get(answer["Location"]).content.decode()
        for secret in (domain, row.proof_token, answer["Location"]):
            page = page.replace(secret, "…")
        page = re.sub(r'(nonce|value)="[^"]*"', "", page)
        seen.append((answer.status_code, words, page))

    assert seen[0] == seen[1]
    assert "Now: show that the domain is yours" in seen[0][2]
    assert list(Recovery.objects.order_by("pk").values_list("state", flat=True)) == ["open", "asked"]


def test_whoever_proves_a_domain_that_we_do_not_host_is_told_so_and_nobody_else(case):
    row = case.starts("ghost.example")
    case.places(row)

    assert (case.looks().state, Ticket.objects.count(), OutboundMail.objects.count()) == ("refused", 0, 0)


@pytest.mark.parametrize(
    "domain", ["", "acme", "acme..example", "10.0.0.1", "acm\u0435 .example", "a@acme.example"]
)
def test_what_is_no_domain_is_said_beside_the_field(case, client, domain):
    assert client.post("/recovery/domain", {"domain": domain, "address": OWNER}).status_code == 422
    assert Recovery.objects.count() == 0


def test_look_alikes_of_a_domain_are_other_domains(case):
    case.starts("\u0430cme.example")

    assert (case.now().domain, case.looks().account) == ("xn--cme-5cd.example", None)


def test_of_two_workers_one_looks(case):
    case.starts()
    row = case.now()
    first = look_around(case.world.now, ways=case.ways())
    from hostdesk.requests import recovery_round

    assert (first, recovery_round._look(row, case.ways(), at=case.world.now)) == (1, 0)
    assert RegistrationRecord.objects.count() == 1


def test_the_time_since_the_last_change_counts_when_it_is_decided(case):
    changed = case.world.now - timedelta(days=59)
    case.there.pages.says(AT, rdap(registered=OLD["registered"], changed=changed.isoformat()))
    case.places(case.starts())
    case.looks()

    assert case.doubts() == ("changed",)
    case.looks(days=1)
    assert (case.doubts(), mails("recovery_address")) == ((), [OWNER])
