"""An account with three contacts and requests in every state, for tests of pages."""

from hostdesk.requests.actions import approving, carrying, confirming
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.tickets.queries.access import ticket_for_agent

LONG = (
    "The shop of my sister-in-law answers with a certificate of somebody else since the move of last week, "
    * 2
)


class Stage:
    """One of everything; `by` names the requests."""

    def __init__(self, world):
        self.world = world
        self.primary = world.contact()
        self.secondary = world.contact(
            "alice@elsewhere.example", name="Alice Elsewhere", role="secondary", domains=()
        )
        self.authorised = world.contact("dev@acme.example", name="دانا المطوّرة", role="authorised")
        self.agent, self.other = world.agent("Bongani"), world.agent("Ayesha")
        self.billing = world.agent("Anita", role="billing")
        self.boss = world.agent("Pieter", role="supervisor")
        self.by = {}

    def asks(self, name, kind, details=None, *, contact=None, channel="client", **more):
        contact = contact or self.primary
        wish = Wish(kind=kind, contact=contact, channel=channel, details=details or {}, **more)
        self.by[name] = ask(wish, by=contact.actor(), at=self.world.now)
        return self.by[name]

    def everything(self):
        """A request in each state that a page tells apart."""
        at, php = self.world.now, {"domain": "acme.example", "version": "8.3"}
        mailed = {"channel": "mail", "trust": "proven"}
        self.asks("confirm", "plan_change", {"plan": "Business 20"}, **mailed)
        self.asks("second", "cancellation")
        self.asks("price", "account_cleanup", contact=self.authorised)
        paying = self.asks("payment", "account_recreation")
        confirming.confirm(paying, by=self.secondary, at=at)
        confirming.accept_price(paying, by=self.primary, cents=paying.price_cents, at=at)
        name_servers = {"domain": "acme.example", "name_servers": "ns1.other.example ns2.other.example"}
        self.asks("approval", "dns_delegation", name_servers)
        self.asks("waiting", "ownership_change", {"new_owner": LONG[:480]})
        approving.approve(self.by["waiting"], by=self.other, at=at)
        restore = {"what": "files", "date": "2026-11-20"}
        self.asks("window", "backup_restore", restore)
        self.asks("ready", "php_version", php)
        doing = self.asks("doing", "ssl_certificate", {"domain": "acme.example"})
        carrying.begin(doing, panel="by_hand", before={"seen": "ends 1 Dec"}, by=self.agent, at=at)
        carrying.tick(doing, position=0, by=self.agent, at=at)
        done = self.asks("done", "ftp_access", {"user": "designer"})
        run = carrying.begin(done, panel="by_hand", before={"seen": "no such user"}, by=self.agent, at=at)
        for position in range(2):
            carrying.tick(done, position=position, by=self.agent, at=at)
        after = {"seen": "designer reaches public_html only"}
        carrying.finish(run, state="done", after=after, answer="", by=self.agent, at=at)
        self.asks("refused", "plan_change", {"plan": "Business 40"}, contact=self.authorised)
        stopped = self.asks("stopped", "mailbox_change", {"mailbox": "info@acme.example"})
        confirming.withdraw(stopped, by=self.primary, at=at)
        return self

    def letter(self, words, subject="Please help"):
        """A ticket that came by mail from the primary contact."""
        mail = self.world.receives(words=words, subject=subject)
        return ticket_for_agent(self.boss, self.world.ticket_of(mail).pk)
