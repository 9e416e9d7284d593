"""A desk with one of everything and a browser for each actor, for rules about every address."""

import email
from email import policy

from django.db import transaction
from django.test import Client

from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import sessions
from hostdesk.people.actions.skills import add_skill
from hostdesk.people.middleware import CLIENT_COOKIE, DESK_COOKIE
from hostdesk.people.models import Passkey, PendingContact, Step, Team
from hostdesk.requests.actions import carrying, contact_changes
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.actions.recovering import find_account, start
from hostdesk.requests.models import Recovery, RecoveryLink, RegistrationRecord
from hostdesk.requests.views.desk_phone import sealed
from hostdesk.schedule import planning
from hostdesk.schedule.actions import plan_windows
from hostdesk.schedule.feeds import renew
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.models import Attachment, Breach, Message
from tests.house.access import TABLE

BROWSER = sessions.Browser("127.0.0.1", "127.0.0.1/32", "Firefox/130 (Linux)", on_this_machine=True)
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645"
    "400000000049454e44ae426082"
)


def planned_window(at):
    """The first window for larger work."""
    plan_windows(at)
    return MaintenanceWindow.objects.order_by("begins_at").first()


class Staffed:
    """A desk with one of everything, and a browser for each actor."""

    def __init__(self, world):
        self.world, self.contact = world, world.contact()
        contact = self.contact
        files = [("notes.txt", b"what was done"), ("shot.png", PICTURE)]
        mail = world.receives(raw=html_letter(world, files), to="support")
        closed = world.receives("stranger@nowhere.example")
        staff = {role: world.agent(role.title(), role=role) for role in ("level1", "supervisor", "admin")}
        self.staff = staff
        self.tokens = {
            role: sessions.open_for_agent(a, step=Step.FULL, browser=BROWSER, at=world.now)
            for role, a in staff.items()
        }
        self.passkeys = {
            role: Passkey.objects.create(
                agent=a,
                name="Laptop",
                credential_id=role.encode().hex(),
                public_key=b"",
                created_at=world.now,
            ).pk
            for role, a in staff.items()
        }
        self.person = sessions.open_for_person(contact.person, browser=BROWSER, at=world.now)
        ticket = world.ticket_of(mail)
        page, recovery, registration, link = recovering(world, contact)
        self.parts = {
            "account": contact.account_id,
            "page_of_recovery": page,
            "recovery": recovery.pk,
            "registration": registration.pk,
            "password_link": link.pk,
            "attachment": Attachment.objects.get(filename="notes.txt").pk,
            "picture": Attachment.objects.get(filename="shot.png").pk,
            "breach": broken(ticket, world.now).pk,
            "consult": asked(ticket, staff["supervisor"], world.now).pk,
            "closed_mail": closed.pk,
            "contact": contact.pk,
            "customer": contact.account.customer_id,
            "html_message": Message.objects.filter(ticket=ticket).first().pk,
            "question": PendingContact.objects.get(
                ticket_number=contact_changes.add(
                    contact,
                    email="new@elsewhere.example",
                    name="Nina New",
                    phone="",
                    role="authorised",
                    network="127.0.0.1/32",
                    submission=None,
                    at=world.now,
                ).ticket_id
            ).pk,
            "level1": staff["level1"].pk,
            "skill": add_skill("dns", by=staff["admin"], at=world.now).pk,
            "mail": mail.pk,
            "outbound": OutboundMail.objects.first().pk,
            **planned(staff["level1"], by=staff["supervisor"], at=world.now),
            "person_session": self.person.session.pk,
            "request": self.asks_for("plan_change", {"plan": "Business"}).pk,
            "password_request": self.asks_for("mailbox_password", {"mailbox": "info@acme.example"}).pk,
            "done_request": self.done_by(staff["level1"]).pk,
            "ticket": ticket.number,
            "window": planned_window(world.now).pk,
            "calendar": renew(contact.person, by=contact.actor(), at=world.now),
        }

    def asks_for(self, kind, details):
        wish = Wish(kind=kind, contact=self.contact, channel="client", details=details)
        return ask(wish, by=self.contact.actor(), at=self.world.now)

    def done_by(self, agent):
        request, at = self.asks_for("suspension", {}), self.world.now
        run = carrying.begin(request, panel="by_hand", before={}, by=agent, at=at)
        carrying.finish(run, state="done", after={}, answer="", by=agent, at=at)
        return request

    def browser(self, actor):
        client = Client(raise_request_exception=True)
        if actor == "contact":
            client.cookies[CLIENT_COOKIE] = self.person.token
        elif actor in self.tokens:
            client.cookies[DESK_COOKIE] = self.tokens[actor].token
        return client

    def address(self, actor, pattern):
        """The pattern of an address with the parts of what stands here."""
        return "/" + (TABLE[pattern].sample or pattern).format(**self._parts_for(actor))

    def _parts_for(self, actor):
        own = self.tokens.get(actor)
        agent = self.staff.get(actor)
        call = sealed(self.contact, pin_spoken=False, agent=agent) if agent else "worn-out"
        return {
            **self.parts,
            "own_session": own.session.pk if own else 1,
            "own_caller": call,
            "own_passkey": self.passkeys.get(actor, 1),
        }

    def asks(self, actor, pattern):
        """The answer to an actor who opens an address; what the request changed is undone."""
        parts, address, client = self._parts_for(actor), self.address(actor, pattern), self.browser(actor)
        with transaction.atomic():
            answer = client.get(address)
            if answer.status_code == 405:
                answer = client.post(
                    address, {name: value.format(**parts) for name, value in TABLE[pattern].form}
                )
            transaction.set_rollback(True)
        return answer


def planned(agent, *, by, at):
    """A weekly shift and an exception of an agent."""
    team = agent.teams.get(slug="support")
    shift = planning.plan_shift(agent, team, [0], planning.Hours(0, 60), since=at.date(), by=by, at=at)[0]
    sick = planning.Difference("sick", at.date(), at.date())
    change = planning.change_plan(agent, team, sick, by=by, at=at)
    return {"planned_shift": shift.pk, "plan_change": change.pk}


def broken(ticket, at):
    """A promise of a ticket that was broken."""
    clock = ticket.clocks.get(kind="response")
    return Breach.objects.create(
        ticket=ticket,
        clock=clock,
        kind="response",
        clause="sla.response",
        late_at=at,
        policy_version_id=clock.policy_version_id,
    )


def asked(ticket, by, at):
    """A question to another team about a ticket."""
    team, _ = Team.objects.get_or_create(slug="networks", defaults={"name": "Networks"})
    return Consult.objects.create(ticket=ticket, team=team, question="Is it up?", asked_by=by, asked_at=at)


def recovering(world, contact):
    """The secret of a page, a recovery under way with one answer of a registry, and a password to be set by hand."""
    page = start("acme.example", "owner@elsewhere.example", network="127.0.0.1/32", at=world.now)
    recovery = find_account(Recovery.objects.get(), at=world.now)
    registration = RegistrationRecord.objects.create(
        recovery=recovery,
        via="rdap",
        source="https://rdap.example/domain/acme.example",
        fetched_at=world.now,
        digest="0" * 64,
        body=b"{}",
        said={"marks": ["redacted"], "registered_at": None, "changed_at": None, "expires_at": None},
    )
    link = RecoveryLink.objects.create(
        account=contact.account,
        recovery=recovery,
        purpose="password",
        address="owner@elsewhere.example",
        token_sha256="0" * 64,
        created_at=world.now,
        expires_at=world.now,
        used_at=world.now,
        outcome="by_hand",
        verifier="$6$none",
    )
    return page, recovery, registration, link


def html_letter(world, files):
    """A mail with a formatted body, so that there is one to show."""
    letter = email.message_from_bytes(world.letter(files=()), policy=policy.default)
    letter.add_alternative("<p>The site shows <b>error 500</b>.</p>", subtype="html")
    for filename, content in files:
        kind = ("image", "png") if filename.endswith(".png") else ("text", "plain")
        letter.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=filename)
    return letter.as_bytes()
