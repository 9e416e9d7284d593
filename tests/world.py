"""A small hosting company for tests, built through the product's own verbs, with time that the test moves.

Mail goes through the real reading, judging and sorting; DNS is a zone in memory; nothing leaves the house.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256

from hostdesk.audit.models import Decision, Entry
from hostdesk.gateway import judging
from hostdesk.gateway.actions.sorting import sort_round
from hostdesk.gateway.actions.telling import tell_of_breakers
from hostdesk.gateway.judging import Tools
from hostdesk.hosting.models import Account, Customer, Domain, Service
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.mail.models import InboundMail, OutboundMail, RawMail
from hostdesk.mail.reply_tokens import bounce_address_for
from hostdesk.mail.returns import note_delays
from hostdesk.people.models import Agent, Contact, Membership, Person, Team
from hostdesk.policy.actions import publish_packaged_if_none
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.actions.summing import summary_round
from hostdesk.tickets.actions.ticking import clock_round
from hostdesk.tickets.models import Channel, Message, Ticket
from hostdesk.tickets.undelivered import setback_round

DOMAIN = "itpossible.com"
OUR_IP = "192.0.2.10"
"""From here the mail of every customer's domain is sent, as their SPF records say."""
START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PROVEN = [["TXT", f"v=spf1 ip4:{OUR_IP} -all"]]


class World:
    """One desk. `now` is the instant that every verb is handed; `move` lets time pass and the clocks tick."""

    def __init__(self, pool, at=START):
        self.now = at
        self.count = itertools.count(1)
        self.zone = {}
        self.pool = pool
        publish_packaged_if_none(at=at)
        judging._tools = Tools(pool=pool, resolver=ZoneResolver({}), threads=judging.make_threads())

    # -- people ---------------------------------------------------------------

    def contact(
        self,
        email="alice@acme.example",
        *,
        name="Alice Adams",
        username="acme01",
        customer="Acme",
        role="primary",
        domains=("acme.example",),
        product="shared",
        proven=True,
    ):
        owner, _ = Customer.objects.get_or_create(name=customer, defaults={"created_at": self.now})
        account = Account.objects.named(username).first() or Account.objects.create(
            customer=owner, username=username, created_at=self.now
        )
        if not account.services.exists():
            Service.objects.create(account=account, product=product, created_at=self.now)
        for domain in domains:
            Domain.objects.get_or_create(name=domain, defaults={"account": account, "created_at": self.now})
        person, _ = Person.objects.get_or_create(email=email, defaults={"name": name, "created_at": self.now})
        contact = Contact.objects.create(
            person=person, account=account, role=role, vouched_for="test", created_at=self.now
        )
        if proven:
            self.prove(email.rpartition("@")[2])
        return contact

    def prove(self, domain, policy="reject"):
        """Let this domain's mail from OUR_IP pass DMARC."""
        self.zone[domain] = list(PROVEN)
        self.zone[f"_dmarc.{domain}"] = [["TXT", f"v=DMARC1; p={policy}"]]

    def agent(self, name="Bongani", *, role="technician", teams=("support",)):
        agent = Agent.objects.create(
            email=f"{name.lower()}@{DOMAIN}", name=name, role=role, created_at=self.now
        )
        slugs = {*teams, "supervisors"} if role == "supervisor" else set(teams)
        for team in Team.objects.filter(slug__in=slugs):
            Membership.objects.create(agent=agent, team=team)
        return agent

    # -- mail -----------------------------------------------------------------

    def letter(
        self,
        sender="alice@acme.example",
        *,
        words="The site shows error 500.",
        subject="Site down",
        to=f"support@{DOMAIN}",
        name="Alice Adams",
        headers=None,
        files=(),
    ):
        letter = EmailMessage()
        letter["From"] = f"{name} <{sender}>"
        letter["To"] = to
        letter["Subject"] = subject
        letter["Date"] = format_datetime(self.now)
        letter["Message-ID"] = f"<{next(self.count)}@{sender.rpartition('@')[2]}>"
        for key, value in (headers or {}).items():
            del letter[key]
            letter[key] = value
        letter.set_content(words)
        for filename, content in files:
            letter.add_attachment(content, maintype="application", subtype="octet-stream", filename=filename)
        return letter.as_bytes()

    def keeps(
        self, raw, *, to=f"support@{DOMAIN}", envelope_from="alice@acme.example", ip=OUR_IP, route=None
    ):
        """Put a mail where the door puts it, without the door."""
        digest = sha256(raw).hexdigest()
        RawMail.objects.get_or_create(pk=digest, defaults={"raw": raw})
        route = route or ("complaint" if to.startswith("complaint@") else "desk")
        mail, _ = InboundMail.objects.get_or_create(
            digest=digest,
            route=route,
            defaults={
                "door": "smtp",
                "envelope_from": envelope_from,
                "recipients": [to],
                "client_ip": ip,
                "helo": "mail.example",
                "size": len(raw),
                "received_at": self.now,
                "next_try_at": self.now,
            },
        )
        return mail

    def receives(self, sender="alice@acme.example", *, to="support", ip=OUR_IP, raw=None, **letter):
        """A mail comes in and is sorted; the row as it then is."""
        address = to if "@" in to else f"{to}@{DOMAIN}"
        raw = raw or self.letter(sender, to=address, **letter)
        mail = self.keeps(raw, to=address, envelope_from=sender, ip=ip)
        self.sort()
        mail.refresh_from_db()
        return mail

    def sort(self):
        judging._tools.resolver = ZoneResolver(self.zone)
        while sort_round(self.now):
            pass

    # -- tickets --------------------------------------------------------------

    def ticket(
        self, contact=None, *, subject="Mailbox full", words="It takes no more mail.", at=None, **more
    ):
        contact = contact or Contact.objects.first() or self.contact()
        when = at or self.now
        return open_ticket(
            Opening(
                subject=subject,
                text=words,
                channel=Channel.CLIENT_AREA,
                arrived_at=when,
                contact=contact,
                account=contact.account,
                trust="proven",
                **more,
            ),
            by=contact.actor(),
            at=when,
        )

    def move(self, **span):
        """Let time pass, and the clocks with it."""
        self.now += timedelta(**span)
        while clock_round(self.now):
            pass

    def tend(self):
        """The rounds of the house that nobody else runs here: delays, setbacks, summaries, word of breakers."""
        note_delays(self.now)
        while setback_round(self.now, resolver=ZoneResolver(self.zone)):
            pass
        summary_round(self.now)
        tell_of_breakers(self.now)

    def bounces(
        self,
        mail,
        *,
        to=None,
        recipient=None,
        status="5.1.1",
        action="failed",
        said="550 5.1.1 no such user",
        formal=True,
    ):
        """A delivery report about one of our mails comes in; `to` is where, by default its return address."""
        recipient = mail.to_address if recipient is None else recipient
        words = f"This is the mail system. Your message could not be delivered.\n\n<{recipient}>: {said}\n"
        report = EmailMessage()
        report["From"] = "Mail Delivery System <mailer-daemon@mx.elsewhere.example>"
        report["To"] = to or bounce_address_for(mail.pk)
        report["Subject"] = "Undelivered Mail Returned to Sender"
        report["Message-ID"] = f"<{next(self.count)}@mx.elsewhere.example>"
        report.set_content(words)
        raw = report.as_bytes()
        if formal:
            group = (
                f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
                f"Diagnostic-Code: smtp; {said}\n"
            )
            raw = (
                raw.partition(b"\n\n")[0]
                .replace(b'Content-Type: text/plain; charset="utf-8"\n', b"")
                .replace(b"Content-Transfer-Encoding: 7bit\n", b"")
                .replace(
                    b"MIME-Version: 1.0",
                    b"MIME-Version: 1.0\nContent-Type: multipart/report; "
                    b'report-type=delivery-status; boundary="b"',
                )
                + f"\n\n--b\nContent-Type: text/plain\n\n{words}\n--b\nContent-Type: message/delivery-status\n\n"
                f"Reporting-MTA: dns; mx.elsewhere.example\n\n{group}\n--b--\n".encode()
            )
        row = self.keeps(raw, to=report["To"], envelope_from="")
        self.sort()
        row.refresh_from_db()
        return row

    # -- looking --------------------------------------------------------------

    @property
    def outbox(self):
        """(kind, address) of every mail that was queued, oldest first."""
        return list(OutboundMail.objects.order_by("id").values_list("kind", "to_address"))

    def decisions(self, subject):
        kind = {Ticket: "ticket", InboundMail: "mail"}[type(subject)]
        rows = Decision.objects.filter(subject_type=kind, subject_id=subject.pk).order_by("id")
        return list(rows.values_list("clause", "outcome"))

    def ticket_of(self, mail):
        return Ticket.objects.get(pk=mail.ticket_number)

    def events(self, ticket):
        """(verb, facts) of a ticket's history, oldest first."""
        rows = Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("id")
        return list(rows.values_list("verb", "facts"))

    def words(self, ticket):
        """(kind, text) of every message, oldest first."""
        return list(Message.objects.filter(ticket=ticket).order_by("id").values_list("kind", "text"))
