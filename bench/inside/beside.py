"""What stands around the tickets of a filled desk: people, clocks, history."""

from __future__ import annotations

from bench.inside.rows import AGENTS, FIRST, put


def people(cursor, accounts, speech, now):
    """Agents of the first team, customers with account, service, domain and two contacts."""
    at = speech.moment
    new = {"created_at": at(now)}
    put(
        cursor,
        "people_agent",
        speech.series(AGENTS),
        {
            "id": "i + 1",
            "email": "'agent' || i || '@itpossible.com'",
            "name": "'Agent ' || i",
            "role": "'technician'",
            "password": "''",
            "totp_secret": "''",
            "totp_confirmed_at": "NULL",
            "totp_last_step": "0",
            "invite_sha256": "NULL",
            "invite_expires_at": "NULL",
            "active": "true",
            "demo": "false",
            **new,
        },
    )
    put(
        cursor,
        "people_membership",
        speech.series(AGENTS),
        {
            "agent_id": "i + 1",
            "team_id": "(SELECT id FROM people_team WHERE slug = 'support')",
        },
    )
    every = speech.series(accounts)
    put(cursor, "hosting_customer", every, {"id": "i + 1", "name": "'Customer ' || i", **new})
    put(
        cursor,
        "hosting_account",
        every,
        {
            "id": "i + 1",
            "customer_id": "i + 1",
            "username": "'acct' || i",
            "closed_at": "NULL",
            **new,
        },
    )
    put(
        cursor,
        "hosting_service",
        every,
        {
            "account_id": "i + 1",
            "product": "'shared'",
            "server_id": "NULL",
            "name": "''",
            "ended_at": "NULL",
            **new,
        },
    )
    put(cursor, "hosting_domain", every, {"account_id": "i + 1", "name": "'c' || i || '.example'", **new})
    for kind, who in enumerate(("user", "deputy")):
        shift = kind * accounts
        put(
            cursor,
            "people_person",
            every,
            {
                "id": f"i + 1 + {shift}",
                "email": f"'{who}' || i || '@c' || i || '.example'",
                "name": f"'{who.title()} ' || i",
                "phone": "''",
                "password": "''",
                "demo": "false",
                **new,
            },
        )
        put(
            cursor,
            "people_contact",
            every,
            {
                "id": f"i + 1 + {shift}",
                "person_id": f"i + 1 + {shift}",
                "account_id": "i + 1",
                "role": f"'{('primary', 'secondary')[kind]}'",
                "vouched_for": "'bench'",
                "confirmed_at": "NULL",
                "removed_at": "NULL",
                **new,
            },
        )


def clocks(cursor, every, speech, *, old, version, when):
    """Two clocks a ticket, each with the entries of its ledger; those of open tickets run."""
    at = speech.moment
    ended = f"i < {old}"
    marked = (
        f"CASE WHEN i - {old} = 0 THEN 'breached' WHEN i - {old} IN (1, 2) THEN 'warned' ELSE 'running' END"
    )
    for kind, clause, minutes, part in (
        ("response", "sla.response", 1440, 0),
        ("resolution", "sla.resolve", 10080, 1),
    ):
        put(
            cursor,
            "tickets_slaclock",
            every,
            {
                "id": f"2 * i + 1 + {part}",
                "ticket_id": f"i + {FIRST}",
                "kind": f"'{kind}'",
                "clause": f"'{clause}'",
                "policy_version_id": version,
                "started_at": at(when),
                "since": f"CASE WHEN {ended} THEN NULL ELSE {at(when)} END",
                "late_at": "NULL",
                "paused_at": "NULL",
                "state": f"CASE WHEN {ended} THEN 'met' ELSE {marked if not part else chr(39) + 'running' + chr(39)} END",
                "warn_at": at(f"{when} + {minutes * 50}"),
                "due_at": at(f"{when} + {minutes * 60}"),
                "stopped_at": f"CASE WHEN {ended} THEN {at(when + ' + 3000')} ELSE NULL END",
                "look_at": "NULL",
            },
        )
        step = {
            "clock_id": f"2 * i + 1 + {part}",
            "step": "'start'",
            "cause": "'arrival'",
            "at": at(when),
            "due_at": at(f"{when} + {minutes * 60}"),
        }
        put(cursor, "tickets_clockstep", every, step)
        put(
            cursor, "tickets_clockstep", speech.series(old), {**step, "step": "'stop'", "cause": "'answered'"}
        )


def history(cursor, every, speech, *, old, version, when):
    """Events and decisions of every ticket."""
    at = speech.moment
    event = {
        "subject_type": "'ticket'",
        "subject_id": f"i + {FIRST}",
        "verb": "'opened'",
        "actor_kind": "'contact'",
        "actor_id": "1",
        "actor_name": "'User'",
        "at": at(when),
        "facts": speech.json("""'{"channel": "mail"}'"""),
    }
    put(cursor, "audit_entry", every, event)
    finished = speech.series(old)
    for verb in ("answered", "resolved"):
        put(
            cursor,
            "audit_entry",
            finished,
            {**event, "verb": f"'{verb}'", "actor_kind": "'agent'", "actor_name": "'Agent'"},
        )
    promised = """'{"from": "2026-11-23T06:00:00+00:00", "warning_after_minutes": 1200, "due_after_minutes": 1440}'"""
    proven = (
        """'{"role": "primary", "why": "DMARC passes", "spf": "pass", "dkim": "none", "dmarc": "pass"}'"""
    )
    for clause, outcome, facts in (
        ("contact.listed_sender", "proven", proven),
        ("sla.response", "promised", promised),
        ("sla.resolve", "promised", promised),
    ):
        put(
            cursor,
            "audit_decision",
            every,
            {
                "subject_type": "'ticket'",
                "subject_id": f"i + {FIRST}",
                "clause": f"'{clause}'",
                "policy_version_id": version,
                "outcome": f"'{outcome}'",
                "facts": speech.json(facts),
                "at": at(when),
            },
        )
