"""How many mails a desk has kept."""

from __future__ import annotations

from bench.inside import start

if __name__ == "__main__":
    start.begin()
    from hostdesk.mail.models import InboundMail, RawMail

    start.say([InboundMail.objects.count(), RawMail.objects.count()])
