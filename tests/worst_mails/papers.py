"""The papers of a mail that a trusted relay hands in, looked at as for a listed sender."""

from datetime import UTC, datetime

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


def papers(raw):
    """What SPF, DKIM, ARC and DMARC find, with an empty DNS."""
    from hostdesk.mail.auth import ZoneResolver
    from hostdesk.mail.auth.checking import check

    return check(
        raw,
        client_ip="192.0.2.7",
        helo="mail.acme.example",
        envelope_from="rina@acme.example",
        from_domain="acme.example",
        resolver=ZoneResolver({}),
        at=AT,
        trusted_relays=("192.0.2.7",),
    )
