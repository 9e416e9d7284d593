"""Plesk by its REST API (`/api/v2/`) with an API key; mailboxes by its command gateway (`/api/v2/cli/mail/call`).

Plesk knows one administrator only, so that this adapter itself keeps accounts apart: a domain is touched only when it is
among those of the customer whose login is the account's username. Facts from docs.plesk.com and the API's own description.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.ports.panels import records
from hostdesk.ports.panels.line import Line, after_the_first_step, entries, told
from hostdesk.ports.panels.records import Edit, Record, Zone
from hostdesk.ports.panels.wishes import UNLIMITED, Done, Facts, Operation, Snapshot

_JSON = "application/json"
_NOT_THERE = re.compile(r"not exist|not found|unable to find", re.IGNORECASE)
_QUOTA = re.compile(r"^\s*mbox quota:\s*(\S+)\s*(\w*)", re.IGNORECASE | re.MULTILINE)
_UNITS = {"b": 1 / 1_048_576, "kb": 1 / 1024, "k": 1 / 1024, "mb": 1, "m": 1, "gb": 1024, "g": 1024}
_OPEN_STATES = (0, 4)
"""Active, and being backed up; every other state keeps the customer out."""
_WRITTEN = ("A", "AAAA", "CNAME", "TXT", "MX")
_BY_SUBSCRIPTION = "In Plesk this belongs to a subscription, of which a customer may have several."


class PleskPanel:
    """One Plesk server."""

    kind = "plesk"
    by_hand: Mapping[str, str] = {
        "change_plan": _BY_SUBSCRIPTION,
        "add_domain": _BY_SUBSCRIPTION,
        "restore_backup": "Plesk restores from files whose names only a person can tell.",
    }
    undoes = frozenset(("suspend_account", "unsuspend_account", "set_dns_record", "remove_dns_record"))

    def __init__(self, url: str, api_key: str, *, seconds: float | None = None) -> None:
        headers = {"X-API-Key": api_key, "Accept": _JSON}
        self._line = Line(url, headers, seconds=seconds)

    def check(self) -> str:
        """The version of Plesk."""
        found = self._call("GET", "/server")
        return f"Plesk {told(found, 'panel_version') or ''}".strip()

    def look(self, wish: Operation) -> Snapshot:
        """The customer, and of it what the wish touches."""
        client = self._client(wish.account)
        if client is None:
            return Snapshot(
                {"account": "missing"}, f"The panel has no customer with the login {wish.account}."
            )
        status = client.get("status")
        if not isinstance(status, int):
            raise PortDown("its answer lacks the state of the customer")
        facts: dict[str, str | list[str]] = {"account": "present"}
        facts["suspended"] = "no" if status in _OPEN_STATES else "yes"
        return Snapshot(facts, self._add(facts, wish, client))

    def carry_out(self, wish: Operation, *, key: str) -> Done:
        """One call; several for a record that takes the place of others."""
        client = self._client(wish.account)
        if client is None:
            raise PortRefused(f"there is no customer with the login {wish.account}")
        whom = f"/clients/{_number(client)}"
        match wish.name:
            case "suspend_account":
                self._call("PUT", f"{whom}/suspend", key=key)
            case "unsuspend_account":
                self._call("PUT", f"{whom}/activate", key=key)
            case "delete_account":
                self._call("DELETE", whom, key=key)
            case "reset_account_password":
                self._call("PUT", whom, {"password": wish.secret}, key=key)
            case "set_dns_record" | "remove_dns_record":
                self._change_zone(wish, client, key)
            case _:
                self._mailbox_work(wish, client, key)
        return Done("Plesk said yes")

    def undo(self, wish: Operation, *, before: Facts, key: str) -> Done:
        """The opposite call, from what was there before."""
        client = self._client(wish.account)
        if client is None:
            raise PortRefused(f"there is no customer with the login {wish.account}")
        match wish.name:
            case "suspend_account" | "unsuspend_account":
                verb = "activate" if before.get("suspended") == "no" else "suspend"
                self._call("PUT", f"/clients/{_number(client)}/{verb}", key=key)
            case "set_dns_record" | "remove_dns_record":
                there = before.get("records")
                assert isinstance(there, list), "a look at a zone has records"
                zone = self._zone(wish, client)
                self._edit_zone(wish, zone, records.difference(zone.records, records.read(there)), key)
            case _:
                raise PortRefused("this cannot be undone")
        return Done("Plesk said yes")

    # -- the two ways of calling ----------------------------------------------

    def _call(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, key: str = ""
    ) -> object:
        """A REST call; its JSON. Raises `PortRefused` with code and message of the panel for every 4xx."""
        sent = json.dumps(body).encode() if body is not None else b""
        headers = {"X-Request-Id": key} if key else {}
        reply = self._line.ask(method, f"/api/v2{path}", sent, kind=_JSON, headers=headers)
        if reply.status >= 400:  # noqa: PLR2004
            answer = reply.json()
            code, message = told(answer, "code"), told(answer, "message")
            raise PortRefused(
                f"{message or 'no reason was given'} ({code if code is not None else reply.status})"
            )
        if not reply.body.strip():
            return {}
        return reply.json()

    def _mail(self, params: Sequence[str], *, secret: str = "", key: str = "") -> tuple[int, str]:
        """The utility `mail`: (its exit code, what it said). A password goes by its environment, not its arguments."""
        if params[1].startswith("-"):
            raise PortRefused("an address that begins with a hyphen would be taken for an option")
        body: dict[str, object] = {"params": list(params)}
        if secret:
            body = {"params": [*params, "-passwd", ""], "env": {"PSA_PASSWORD": secret}}
        answer = self._call("POST", "/cli/mail/call", body, key=key)
        code = told(answer, "code")
        if not isinstance(code, int):
            raise PortDown("it answered without saying whether it was done")
        return code, f"{told(answer, 'stdout') or ''}\n{told(answer, 'stderr') or ''}"

    # -- looking --------------------------------------------------------------

    def _client(self, username: str) -> Mapping[str, object] | None:
        found = entries(self._call("GET", "/clients"))
        return next(
            (one for one in found if str(one.get("login", "")).casefold() == username.casefold()), None
        )

    def _domains(self, client: Mapping[str, object]) -> dict[str, int]:
        """The customer's domains with their numbers, the longest names first."""
        found = entries(self._call("GET", f"/clients/{_number(client)}/domains"))
        names = {str(one.get("ascii_name") or one.get("name")).lower(): _number(one) for one in found}
        return dict(sorted(names.items(), key=lambda item: len(item[0]), reverse=True))

    def _add(self, facts: dict[str, str | list[str]], wish: Operation, client: Mapping[str, object]) -> str:
        """Add what the wish touches to the facts; what stands in the way, or ""."""
        match wish.name:
            case "reset_mailbox_password" | "create_mailbox" | "delete_mailbox":
                return self._add_mailbox(facts, wish, client)
            case "set_dns_record" | "remove_dns_record":
                return self._add_records(facts, wish, client)
        return ""

    def _add_mailbox(
        self, facts: dict[str, str | list[str]], wish: Operation, client: Mapping[str, object]
    ) -> str:
        address = wish.details["mailbox"]
        if wish.domain not in self._domains(client):
            return f"The domain {wish.domain} is not on the account in the panel."
        code, words = self._mail(["--info", address])
        if code and not _NOT_THERE.search(words):
            raise PortDown(f"its mail utility failed ({code}): {words}")
        facts["mailbox"] = "missing" if code else "present"
        if not code and (quota := _megabytes(words)):
            facts["quota_mb"] = quota
        wanted = wish.name == "create_mailbox"
        return "" if not code or wanted else f"The panel has no mailbox {address}."

    def _add_records(
        self, facts: dict[str, str | list[str]], wish: Operation, client: Mapping[str, object]
    ) -> str:
        if wish.details["type"] not in _WRITTEN:
            return f"Records of type {wish.details['type']} are changed by hand in Plesk."
        try:
            there = self._zone(wish, client).records
            records.plan(wish.name, wish.details, there)
        except records.WrongRecord as wrong:
            return str(wrong)
        facts["records"] = sorted(record.shown() for record in there)
        return ""

    # -- zones ----------------------------------------------------------------

    def _zone(self, wish: Operation, client: Mapping[str, object]) -> Zone:
        """The zone of the name that the wish is about, marked with the number of its domain."""
        name = records.name_of(wish.details)
        for zone, number in self._domains(client).items():
            if name == zone or name.endswith(f".{zone}"):
                lines = entries(self._call("GET", f"/dns/records?domain={quote(zone)}"))
                return Zone(zone, [one for line in lines if (one := _record(line, zone, name))], str(number))
        raise records.WrongRecord(f"The panel keeps no zone for {name} on this account.")

    def _change_zone(self, wish: Operation, client: Mapping[str, object], key: str) -> None:
        try:
            zone = self._zone(wish, client)
            edit = records.plan(wish.name, wish.details, zone.records)
        except records.WrongRecord as wrong:
            raise PortRefused(str(wrong)) from wrong
        self._edit_zone(wish, zone, edit, key)

    def _edit_zone(self, wish: Operation, zone: Zone, edit: Edit, key: str) -> None:
        """What comes before what goes, where they can stand beside each other."""
        (remove, add), name = edit, records.name_of(wish.details)
        going: list[tuple[str, str, Mapping[str, object] | None]] = []
        coming: list[tuple[str, str, Mapping[str, object] | None]] = []
        going += [("DELETE", f"/dns/records/{quote(one.line, safe='')}", None) for one in remove]
        for record in add:
            host, value = f"{name}.", record.value
            body: dict[str, object] = {"site_id": int(zone.mark), "type": record.type, "host": host}
            if record.type == "MX":
                body["opt"], _, value = value.partition(" ")
            body |= {"value": value} | ({"ttl": record.ttl} if record.ttl is not None else {})
            coming.append(("POST", f"/dns/records?domain={quote(zone.name)}", body))
        steps = coming + going if records.adds_first(edit) else going + coming
        for place, (method, path, sent) in enumerate(steps):
            if place == 0:
                self._call(method, path, sent, key=key)
                continue
            with after_the_first_step():
                self._call(method, path, sent, key=key)

    # -- mailboxes ------------------------------------------------------------

    def _mailbox_work(self, wish: Operation, client: Mapping[str, object], key: str) -> None:
        address, wanted = wish.details["mailbox"], wish.details.get("quota_mb", "")
        if wish.domain not in self._domains(client):
            raise PortRefused(f"the domain {wish.domain} is not on the account in the panel")
        quota = ["-mbox_quota", f"{wanted}M" if wanted != "0" else "-1"] if wanted else []
        match wish.name:
            case "reset_mailbox_password":
                did = self._mail(["--update", address], secret=wish.secret, key=key)
            case "delete_mailbox":
                did = self._mail(["--remove", address], key=key)
            case "create_mailbox" if not self._mail(["--info", address])[0]:
                did = self._mail(["--update", address, *quota], key=key)
            case "create_mailbox":
                # Nobody knows this password: the contact chooses one behind a link.
                params = ["--create", address, "-mailbox", "true", *quota]
                did = self._mail(params, secret=secrets.token_urlsafe(24), key=key)
            case _:
                raise PortRefused(f"Plesk is not asked for {wish.name}")
        if did[0]:
            raise PortRefused(f"{did[1].strip() or 'no reason was given'} ({did[0]})")


def _number(thing: Mapping[str, object]) -> int:
    number = thing.get("id")
    if not isinstance(number, int):
        raise PortDown("its answer lacks a number that is needed")
    return number


def _record(line: Mapping[str, object], zone: str, name: str) -> Record | None:
    """A line of a zone as a record of `name`; None for those of other names, and for SOA and NS."""
    kind, host = str(line.get("type")), str(line.get("host")).lower().rstrip(".")
    if host != name or kind in ("SOA", "NS"):
        return None
    raw, opt, ttl = str(line.get("value")), str(line.get("opt") or ""), line.get("ttl")
    try:
        value = records.normal(kind, f"{opt or 0} {raw}" if kind == "MX" else raw, domain=zone)
    except records.WrongRecord:
        value = f"{opt} {raw}".strip()
    seconds = int(ttl) if isinstance(ttl, int) or (isinstance(ttl, str) and ttl.isdigit()) else 0
    return Record(kind, value, seconds or None, str(line.get("id")))


def _megabytes(words: str) -> str:
    """The size of a mailbox from what the utility says of it; "" when it says nothing of it."""
    match = _QUOTA.search(words)
    if match is None:
        return ""
    number, unit = match.groups()
    if number.lower() in ("unlimited", "-1", "0"):
        return UNLIMITED
    digits = re.match(r"[0-9.]+", number)
    unit = unit or number[digits.end() :] if digits else unit
    try:
        return str(round(float(digits[0]) * _UNITS.get(unit.lower() or "b", 0))) if digits else ""
    except ValueError:
        return ""
