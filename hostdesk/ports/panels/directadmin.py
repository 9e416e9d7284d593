"""DirectAdmin by its legacy API (`CMD_API_...`), which every version in use speaks, with a login key.

What belongs to one account is asked as that user (`admin|user`), so that DirectAdmin itself keeps accounts apart. Answers
are form-encoded: `error=0`, or `error=1` with `text` and `details`. Facts from docs.directadmin.com and its changelog.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode

from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.ports.panels import records
from hostdesk.ports.panels.line import Line, Reply, after_the_first_step, entries, told
from hostdesk.ports.panels.records import Edit, Record, Zone
from hostdesk.ports.panels.wishes import UNLIMITED, Done, Facts, Operation, Snapshot

_FORM = "application/x-www-form-urlencoded"
_USER = re.compile(r"[a-z0-9][a-z0-9._-]*")
"""Anything else could turn into another user's name in the sign-in."""
_WRITTEN = ("A", "AAAA", "CNAME", "TXT")
"""Types whose parameters are the same in all versions; the others depend on settings of the server."""
Form = Mapping[str, Sequence[str]]
Pairs = Sequence[tuple[str, str]]


class DirectAdminPanel:
    """One DirectAdmin server; `user` is an administrator, or a reseller for accounts of their own."""

    kind = "directadmin"
    by_hand: Mapping[str, str] = {
        "restore_backup": "DirectAdmin restores from files whose names only a person can tell."
    }
    undoes = frozenset(
        ("suspend_account", "unsuspend_account", "change_plan", "set_dns_record", "remove_dns_record")
    )

    def __init__(self, url: str, user: str, login_key: str, *, seconds: float | None = None) -> None:
        self._line, self._user, self._login_key = Line(url, {}, seconds=seconds), user, login_key

    def check(self) -> str:
        """Sign in."""
        self._did("CMD_API_LOGIN_TEST", [])
        return "DirectAdmin"

    def look(self, wish: Operation) -> Snapshot:
        """The account, and of it what the wish touches."""
        account = self._account(wish.account)
        if account is None:
            return Snapshot({"account": "missing"}, f"The panel has no account {wish.account}.")
        facts: dict[str, str | list[str]] = {"account": "present"}
        facts["suspended"] = "yes" if _first(account, "suspended").lower() == "yes" else "no"
        facts["plan"] = _first(account, "package")
        return Snapshot(facts, self._add(facts, wish))

    def carry_out(self, wish: Operation, *, key: str) -> Done:
        """One command; two for a record that takes the place of another."""
        user, details = wish.account.lower(), wish.details
        match wish.name:
            case "suspend_account":
                self._suspend(user, "Suspend", key)
            case "unsuspend_account":
                self._suspend(user, "Unsuspend", key)
            case "change_plan":
                self._change_plan(user, self._plan(details["plan"]), key)
            case "delete_account":
                pairs = [("confirmed", "Confirm"), ("delete", "yes"), ("select0", user)]
                self._did("CMD_API_SELECT_USERS", pairs, key=key)
            case "reset_account_password":
                pairs = [("username", user), ("passwd", wish.secret), ("passwd2", wish.secret)]
                self._did("CMD_API_USER_PASSWD", pairs, key=key)
            case "set_dns_record" | "remove_dns_record":
                self._change_zone(wish, key)
            case "add_domain":
                pairs = [("action", "create"), ("domain", details["domain"])]
                pairs += [("ubandwidth", "unlimited"), ("uquota", "unlimited"), ("ssl", "ON"), ("php", "ON")]
                self._did("CMD_API_DOMAIN", pairs, as_user=user, key=key)
            case _:
                self._mailbox_work(wish, key)
        return Done("DirectAdmin said yes")

    def undo(self, wish: Operation, *, before: Facts, key: str) -> Done:
        """The opposite command, from what was there before."""
        user = wish.account.lower()
        match wish.name:
            case "suspend_account" | "unsuspend_account":
                self._suspend(user, "Unsuspend" if before.get("suspended") == "no" else "Suspend", key)
            case "change_plan":
                self._change_plan(user, str(before["plan"]), key)
            case "set_dns_record" | "remove_dns_record":
                there = before.get("records")
                assert isinstance(there, list), "a look at a zone has records"
                zone = self._zone(wish)
                self._edit_zone(wish, zone, records.difference(zone.records, records.read(there)), key)
            case _:
                raise PortRefused("this cannot be undone")
        return Done("DirectAdmin said yes")

    # -- the two ways of calling ----------------------------------------------

    def _ask(self, command: str, pairs: Pairs, *, as_user: str = "", key: str = "") -> Reply:
        if as_user and not _USER.fullmatch(as_user):
            raise PortRefused(f"'{as_user}' is no username of DirectAdmin")
        whom = f"{self._user}|{as_user}" if as_user else self._user
        sign_in = base64.b64encode(f"{whom}:{self._login_key}".encode()).decode()
        headers = {"Authorization": f"Basic {sign_in}"} | ({"X-Request-Id": key} if key else {})
        return self._line.ask("POST", f"/{command}", urlencode(pairs).encode(), kind=_FORM, headers=headers)

    def _form(self, command: str, pairs: Pairs, *, as_user: str = "", key: str = "") -> Form:
        """A form-encoded answer. Raises `PortRefused` with the text of the panel for `error=1`."""
        reply = self._ask(command, pairs, as_user=as_user, key=key)
        text = reply.body.decode("utf-8", "replace").strip()
        # A page instead of an answer is the sign-in page, or another program at this address.
        if "<" in text or (text and "=" not in text):
            raise PortDown("it answered with a page instead of an answer")
        try:
            form = parse_qs(text, keep_blank_values=True, max_num_fields=100_000)
        except ValueError as error:
            raise PortDown("it answered with something that cannot be read") from error
        if _first(form, "error") not in ("", "0"):
            words = [_first(form, "text"), _first(form, "details")]
            raise PortRefused(": ".join(word for word in words if word) or "no reason was given")
        return form

    def _did(self, command: str, pairs: Pairs, *, as_user: str = "", key: str = "") -> None:
        """A command that answers `error=0` when it was done."""
        if _first(self._form(command, pairs, as_user=as_user, key=key), "error") != "0":
            raise PortDown("it answered without saying whether it was done")

    def _list(self, command: str, pairs: Pairs, *, as_user: str = "") -> list[str]:
        return [name.lower() for name in self._form(command, pairs, as_user=as_user).get("list[]", ())]

    # -- looking --------------------------------------------------------------

    def _account(self, username: str) -> Form | None:
        user = username.lower()
        try:
            found = self._form("CMD_API_SHOW_USER_CONFIG", [("user", user)])
        except PortRefused as refusal:
            if user in self._users():
                raise
            del refusal
            return None
        if _first(found, "username").lower() != user:
            raise PortDown("it answered with another account than was asked for")
        return found

    def _users(self) -> list[str]:
        try:
            return self._list("CMD_API_SHOW_ALL_USERS", [])
        except PortRefused:
            return self._list("CMD_API_SHOW_USERS", [])  # a reseller sees their own

    def _add(self, facts: dict[str, str | list[str]], wish: Operation) -> str:
        """Add what the wish touches to the facts; what stands in the way, or ""."""
        user = wish.account.lower()
        match wish.name:
            case "reset_mailbox_password" | "create_mailbox" | "delete_mailbox":
                return self._add_mailbox(facts, wish)
            case "set_dns_record" | "remove_dns_record":
                return self._add_records(facts, wish)
            case "add_domain":
                facts["domain"] = "present" if wish.domain in self._domains(user) else "missing"
            case "change_plan":
                plans = self._plans()
                if wish.details["plan"].casefold() not in (plan.casefold() for plan in plans):
                    return f"The panel has no plan '{wish.details['plan']}'; it has: {', '.join(plans)}."
            case "reset_account_password" if wish.secret:
                found = self._form("CMD_API_VERIFY_PASSWORD", [("user", user), ("passwd", wish.secret)])
                facts["password"] = "accepted" if _first(found, "valid") == "1" else "not accepted"
        return ""

    def _add_mailbox(self, facts: dict[str, str | list[str]], wish: Operation) -> str:
        address, user = wish.details["mailbox"], wish.account.lower()
        local = address.rpartition("@")[0]
        if wish.domain not in self._domains(user):
            return f"The domain {wish.domain} is not on the account in the panel."
        asked = [("action", "full_list"), ("domain", wish.domain)]
        found = {
            name.lower(): value for name, value in self._form("CMD_API_POP", asked, as_user=user).items()
        }
        facts["mailbox"] = "present" if local in found else "missing"
        if local in found:
            quota = _first(parse_qs(found[local][0]), "quota").partition(".")[0]
            facts["quota_mb"] = quota if quota.isdigit() and quota != "0" else UNLIMITED
            if wish.secret:
                facts["password"] = self._is_accepted(user, address, wish.secret)
        wanted = wish.name == "create_mailbox"
        return "" if local in found or wanted else f"The panel has no mailbox {address}."

    def _is_accepted(self, user: str, address: str, secret: str) -> str:
        try:
            self._did("CMD_API_EMAIL_AUTH", [("email", address), ("passwd", secret)], as_user=user)
        except PortRefused:
            return "not accepted"
        return "accepted"

    def _add_records(self, facts: dict[str, str | list[str]], wish: Operation) -> str:
        if wish.details["type"] not in _WRITTEN:
            return f"Records of type {wish.details['type']} are changed by hand in DirectAdmin."
        try:
            there = self._zone(wish).records
            records.plan(wish.name, wish.details, there)
        except records.WrongRecord as wrong:
            return str(wrong)
        facts["records"] = sorted(record.shown() for record in there)
        return ""

    def _domains(self, user: str) -> list[str]:
        return sorted(self._list("CMD_API_SHOW_DOMAINS", [], as_user=user), key=len, reverse=True)

    def _plans(self) -> list[str]:
        return list(self._form("CMD_API_PACKAGES_USER", []).get("list[]", ()))

    def _plan(self, wanted: str) -> str:
        return next((plan for plan in self._plans() if plan.casefold() == wanted.casefold()), wanted)

    # -- zones ----------------------------------------------------------------

    def _zone(self, wish: Operation) -> Zone:
        """The zone of the name that the wish is about."""
        user, name = wish.account.lower(), records.name_of(wish.details)
        zone = next((one for one in self._domains(user) if name == one or name.endswith(f".{one}")), "")
        if not zone:
            raise records.WrongRecord(f"The panel keeps no zone for {name} on this account.")
        asked = [("domain", zone), ("json", "yes"), ("full_mx_records", "yes"), ("ttl", "yes")]
        answer = self._ask("CMD_API_DNS_CONTROL", asked, as_user=user).json()
        if told(answer, "error"):
            raise PortRefused(str(told(answer, "result") or told(answer, "error")))
        lines = entries(told(answer, "records"))
        return Zone(zone, [found for line in lines if (found := _record(line, zone, name))])

    def _change_zone(self, wish: Operation, key: str) -> None:
        try:
            zone = self._zone(wish)
            edit = records.plan(wish.name, wish.details, zone.records)
        except records.WrongRecord as wrong:
            raise PortRefused(str(wrong)) from wrong
        self._edit_zone(wish, zone, edit, key)

    def _edit_zone(self, wish: Operation, zone: Zone, edit: Edit, key: str) -> None:
        """What comes before what goes, where they can stand beside each other."""
        (remove, add), user, name = edit, wish.account.lower(), records.name_of(wish.details)
        gone = [(f"{one.type.lower()}recs{place}", one.line) for place, one in enumerate(remove)]
        going = [[("domain", zone.name), ("action", "select"), *gone]] if gone else []
        coming = []
        for record in add:
            pairs = [("domain", zone.name), ("action", "add"), ("type", record.type)]
            pairs += [("name", f"{name}."), ("value", _written(record))]
            pairs += [("ttl", str(record.ttl))] if record.ttl is not None else []
            coming.append(pairs)
        steps = coming + going if records.adds_first(edit) else going + coming
        for place, pairs in enumerate(steps):
            if place == 0:
                self._zone_work(user, pairs, key)
                continue
            with after_the_first_step():
                self._zone_work(user, pairs, key)

    def _zone_work(self, user: str, pairs: Pairs, key: str) -> None:
        pairs = [*pairs, ("json", "yes"), ("allow_dns_underscore", "yes")]
        answer = self._ask("CMD_API_DNS_CONTROL", pairs, as_user=user, key=key).json()
        if told(answer, "error"):
            raise PortRefused(f"{told(answer, 'error')}: {told(answer, 'result') or ''}".rstrip(": "))
        if not told(answer, "success"):
            raise PortDown("it answered without saying whether it was done")

    # -- the rest -------------------------------------------------------------

    def _suspend(self, user: str, word: str, key: str) -> None:
        """Only ever called for an account that was just seen in the other state: old versions take either word as a switch."""
        pairs = [("location", "CMD_SELECT_USERS"), ("suspend", word), ("select0", user)]
        self._did("CMD_API_SELECT_USERS", pairs, key=key)

    def _change_plan(self, user: str, plan: str, key: str) -> None:
        pairs = [("action", "package"), ("user", user), ("package", plan)]
        self._did("CMD_API_MODIFY_USER", pairs, key=key)

    def _mailbox_work(self, wish: Operation, key: str) -> None:
        user, details = wish.account.lower(), wish.details
        local = details["mailbox"].rpartition("@")[0]
        whom = [("domain", wish.domain), ("user", local)]
        if wish.name == "delete_mailbox":
            self._did("CMD_API_POP", [*whom, ("action", "delete")], as_user=user, key=key)
            return
        if wish.name not in ("create_mailbox", "reset_mailbox_password"):
            raise PortRefused(f"DirectAdmin is not asked for {wish.name}")
        facts = self.look(Operation(wish.name, wish.account, details)).facts
        is_there = facts.get("mailbox") == "present"
        # A change wants the size every time; without it the mailbox would get another one.
        kept = str(facts.get("quota_mb", "")).replace(UNLIMITED, "0")
        pairs = [*whom, ("quota", details.get("quota_mb") or kept or "0")]
        secret = wish.secret or ("" if is_there else secrets.token_urlsafe(24))
        pairs += [("passwd", secret), ("passwd2", secret)]
        action = "modify" if is_there else "create"
        self._did("CMD_API_POP", [*pairs, ("action", action)], as_user=user, key=key)


def _first(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")


def _record(line: Mapping[str, object], zone: str, name: str) -> Record | None:
    """A line of a zone as a record of `name`; None for those of other names, and for SOA and NS."""
    kind, owner = str(line.get("type")), str(line.get("name")).lower()
    whole = owner.rstrip(".") if owner.endswith(".") else (zone if owner in ("", "@") else f"{owner}.{zone}")
    if whole != name or kind in ("SOA", "NS"):
        return None
    raw, ttl = str(line.get("value")), str(line.get("ttl") or "")
    try:
        value = records.normal(kind, raw, domain=zone)
    except records.WrongRecord:
        value = raw
    place = str(line.get("combined") or f"name={line.get('name')}&value={raw}")
    return Record(kind, value, int(ttl) if ttl.isdigit() else None, place)


def _written(record: Record) -> str:
    """A value as a zone file has it; the text of a TXT record in pieces of 255 (RFC 1035 3.3)."""
    if record.type != "TXT":
        return record.value
    pieces = (record.value[i : i + 255] for i in range(0, len(record.value), 255))
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)
