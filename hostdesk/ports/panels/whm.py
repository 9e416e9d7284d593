"""WHM/cPanel by its JSON API: WHM API 1 with an API token, cPanel's UAPI through it as the account's own user.

Everything that belongs to one account (mailboxes, zones) is asked as that user, so that cPanel itself keeps accounts apart.
Facts from api.docs.cpanel.net, versions 11.110 to 11.138.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.ports.panels import records
from hostdesk.ports.panels.line import Line, after_the_first_step, entries, told
from hostdesk.ports.panels.records import Edit, Record, Zone
from hostdesk.ports.panels.wishes import UNLIMITED, Done, Facts, Operation, Snapshot

_FORM = "application/x-www-form-urlencoded"
_DEFAULT_TTL = 14400
_MEGABYTE = 1_048_576
Pairs = Sequence[tuple[str, str]]


class WhmPanel:
    """One WHM server; `user` is root or a reseller."""

    kind = "cpanel"
    by_hand: Mapping[str, str] = {}
    undoes = frozenset(
        ("suspend_account", "unsuspend_account", "change_plan", "set_dns_record", "remove_dns_record")
    )

    def __init__(self, url: str, user: str, token: str, *, seconds: float | None = None) -> None:
        self._line = Line(url, {"Authorization": f"whm {user}:{token}"}, seconds=seconds)

    def check(self) -> str:
        """The version of WHM."""
        version = told(self._whm("version", []), "version")
        return f"WHM {version}" if version else "WHM"

    def look(self, wish: Operation) -> Snapshot:
        """The account, and of it what the wish touches."""
        account = self._account(wish.account)
        if account is None:
            return Snapshot({"account": "missing"}, f"The panel has no account {wish.account}.")
        facts: dict[str, str | list[str]] = {"account": "present"}
        facts["suspended"] = "yes" if str(account.get("suspended")) in ("1", "True") else "no"
        facts["plan"] = str(account.get("plan", ""))
        problem = self._add(facts, wish)
        return Snapshot(facts, problem)

    def carry_out(self, wish: Operation, *, key: str) -> Done:
        """One call, or two where the panel wants two."""
        user, details = wish.account.lower(), wish.details
        match wish.name:
            case "suspend_account":
                self._whm("suspendacct", [("user", user), ("reason", f"hostdesk {key}")], key)
            case "unsuspend_account":
                self._whm("unsuspendacct", [("user", user)], key)
            case "change_plan":
                self._whm("changepackage", [("user", user), ("pkg", self._plan(details["plan"]))], key)
            case "delete_account":
                self._whm("removeacct", [("username", user)], key)
            case "reset_account_password":
                self._whm("passwd", [("user", user), ("password", wish.secret)], key)
            case "restore_backup":
                self._restore(user, details["date"], key)
            case "set_dns_record" | "remove_dns_record":
                self._change_zone(wish, key)
            case "add_domain":
                self._add_domain(user, details["domain"], key)
            case _:
                self._mailbox_work(wish, key)
        return Done("WHM said yes")

    def undo(self, wish: Operation, *, before: Facts, key: str) -> Done:
        """The opposite call, from what was there before."""
        user = wish.account.lower()
        match wish.name:
            case "suspend_account" | "unsuspend_account" if before.get("suspended") == "no":
                self._whm("unsuspendacct", [("user", user)], key)
            case "suspend_account" | "unsuspend_account":
                self._whm("suspendacct", [("user", user), ("reason", f"hostdesk {key}")], key)
            case "change_plan":
                self._whm("changepackage", [("user", user), ("pkg", str(before["plan"]))], key)
            case "set_dns_record" | "remove_dns_record":
                there = before.get("records")
                assert isinstance(there, list), "a look at a zone has records"
                zone = self._zone(wish)
                self._edit_zone(wish, zone, records.difference(zone.records, records.read(there)), key)
            case _:
                raise PortRefused("this cannot be undone")
        return Done("WHM said yes")

    # -- the two ways of calling ----------------------------------------------

    def _whm(self, function: str, pairs: Pairs, key: str = "") -> object:
        """WHM API 1; the `data` of its answer. Raises `PortRefused` with the reason of the panel."""
        # In the body, not in the address: addresses stand in the panel's logs.
        body = urlencode([("api.version", "1"), *pairs]).encode()
        headers = {"X-Request-Id": key} if key else {}
        path = f"/json-api/{function}?api.version=1"
        answer = self._line.ask("POST", path, body, kind=_FORM, headers=headers).json()
        result = told(answer, "metadata", "result")
        if str(result) == "1":
            return told(answer, "data") if told(answer, "data") is not None else {}
        if str(result) == "0":
            raise PortRefused(str(told(answer, "metadata", "reason") or "no reason was given"))
        error = told(answer, "cpanelresult", "error") or told(answer, "error")
        if isinstance(error, str):
            raise PortRefused(error)
        raise PortDown("it answered without saying whether it was done")

    def _uapi(self, user: str, module: str, function: str, pairs: Pairs, key: str = "") -> object:
        """UAPI as the user; the `data` of its answer. Raises `PortRefused` with the errors of the panel."""
        whom = [("cpanel.user", user), ("cpanel.module", module), ("cpanel.function", function)]
        answer = told(self._whm("uapi_cpanel", [*whom, *pairs], key), "uapi")
        answer = told(answer, "result") if told(answer, "result") is not None else answer
        status = told(answer, "status")
        if str(status) == "1":
            return told(answer, "data")
        if str(status) == "0":
            errors = told(answer, "errors")
            words = errors if isinstance(errors, list) else [errors or "no reason was given"]
            raise PortRefused("; ".join(str(one) for one in words))
        raise PortDown("it answered without saying whether it was done")

    # -- looking --------------------------------------------------------------

    def _account(self, username: str) -> Mapping[str, object] | None:
        user = username.lower()
        asked = [("searchtype", "user"), ("searchmethod", "exact"), ("search", user)]
        found = entries(told(self._whm("listaccts", asked), "acct"))
        return next((one for one in found if str(one.get("user", "")).lower() == user), None)

    def _add(self, facts: dict[str, str | list[str]], wish: Operation) -> str:
        """Add what the wish touches to the facts; what stands in the way, or ""."""
        match wish.name:
            case "reset_mailbox_password" | "create_mailbox" | "delete_mailbox":
                return self._add_mailbox(facts, wish)
            case "set_dns_record" | "remove_dns_record":
                return self._add_records(facts, wish)
            case "add_domain":
                ours = self._domains(wish.account.lower())
                facts["domain"] = "present" if wish.domain in ours else "missing"
            case "change_plan":
                plans = self._plans()
                if wish.details["plan"].casefold() not in (plan.casefold() for plan in plans):
                    return f"The panel has no plan '{wish.details['plan']}'; it has: {', '.join(plans)}."
            case "restore_backup":
                return self._add_restore(facts, wish)
        return ""

    def _add_mailbox(self, facts: dict[str, str | list[str]], wish: Operation) -> str:
        address, user = wish.details["mailbox"], wish.account.lower()
        if wish.domain not in self._domains(user):
            return f"The domain {wish.domain} is not on the account in the panel."
        found = self._uapi(user, "Email", "list_pops_with_disk", [("domain", wish.domain)])
        row = next((one for one in entries(found) if str(one.get("email", "")).lower() == address), None)
        facts["mailbox"] = "present" if row else "missing"
        if row:
            facts["quota_mb"] = _megabytes(row)
        if row and wish.secret:
            pairs = [("email", address), ("password", wish.secret)]
            right = str(self._uapi(user, "Email", "verify_password", pairs)) == "1"
            facts["password"] = "accepted" if right else "not accepted"
        wanted = wish.name == "create_mailbox"
        return "" if row or wanted else f"The panel has no mailbox {address}."

    def _add_records(self, facts: dict[str, str | list[str]], wish: Operation) -> str:
        try:
            there = self._zone(wish).records
            records.plan(wish.name, wish.details, there)
        except records.WrongRecord as wrong:
            return str(wrong)
        facts["records"] = sorted(record.shown() for record in there)
        return ""

    def _add_restore(self, facts: dict[str, str | list[str]], wish: Operation) -> str:
        user, day = wish.account.lower(), wish.details["date"]
        if wish.details.get("what") != "everything":
            return "WHM restores whole accounts; a part of one is restored by hand."
        state = self._whm("restore_queue_state", [])
        ours = {
            part: [job for job in _jobs(told(state, part)) if _is_restore_of(job, user, day)]
            for part in ("active", "pending", "completed")
        }
        busy = bool(_jobs(told(state, "active")))
        waiting = "yes" if busy else "waiting"
        facts["restoring"] = "yes" if ours["active"] else waiting if ours["pending"] else "no"
        facts["restored"] = str(len(ours["completed"]))
        if facts["restoring"] == "yes":
            return "The panel is restoring the account already."
        if facts["restoring"] == "waiting":
            return "The panel has this restore in its queue, and does not work on it: look there."
        try:
            found = entries(told(self._whm("backup_user_list", [("restore_point", day)]), "user"))
        except PortRefused as refusal:
            return f"The panel has no backup of {day}: {refusal.answer}."
        has = any(one.get("username") == user and one.get("status") == "active" for one in found)
        return "" if has else f"The panel has no backup of the account of {day}."

    def _domains(self, user: str) -> list[str]:
        """Domains with a mail host and a zone of their own on the account, the longest first."""
        found = self._uapi(user, "DomainInfo", "list_domains", [])
        names = [told(found, "main_domain")]
        for key in ("addon_domains", "parked_domains", "sub_domains"):
            more = told(found, key)
            names += more if isinstance(more, list) else []
        return sorted((str(name).lower() for name in names if name), key=len, reverse=True)

    def _plans(self) -> list[str]:
        return [str(one.get("name")) for one in entries(told(self._whm("listpkgs", []), "pkg"))]

    def _plan(self, wanted: str) -> str:
        """The plan's name in the panel's own letters."""
        return next((plan for plan in self._plans() if plan.casefold() == wanted.casefold()), wanted)

    # -- zones ----------------------------------------------------------------

    def _zone(self, wish: Operation) -> Zone:
        """The zone of the name that the wish is about, marked with its serial."""
        user, name = wish.account.lower(), records.name_of(wish.details)
        for zone in self._domains(user):
            if name != zone and not name.endswith(f".{zone}"):
                continue
            try:
                lines = entries(self._uapi(user, "DNS", "parse_zone", [("zone", zone)]))
            except PortRefused:
                continue  # a subdomain has no zone of its own: its records stand in that of its parent
            return _read_zone(lines, zone, name)
        raise records.WrongRecord(f"The panel keeps no zone for {name} on this account.")

    def _change_zone(self, wish: Operation, key: str) -> None:
        try:
            zone = self._zone(wish)
            edit = records.plan(wish.name, wish.details, zone.records)
        except records.WrongRecord as wrong:
            raise PortRefused(str(wrong)) from wrong
        self._edit_zone(wish, zone, edit, key)

    def _edit_zone(self, wish: Operation, zone: Zone, edit: Edit, key: str) -> None:
        """All at once, and only if the zone is still the one that was read: the panel compares the serial."""
        (remove, add), name = edit, records.name_of(wish.details)
        pairs = [("zone", zone.name), ("serial", zone.mark), *(("remove", record.line) for record in remove)]
        for record in add:
            line = {
                "dname": f"{name}.",
                "ttl": record.ttl if record.ttl is not None else _DEFAULT_TTL,
                "record_type": record.type,
                "data": _data(record),
            }
            pairs.append(("add", json.dumps(line)))
        self._uapi(wish.account.lower(), "DNS", "mass_edit_zone", pairs, key)

    # -- the rest -------------------------------------------------------------

    def _mailbox_work(self, wish: Operation, key: str) -> None:
        user, details, domain = wish.account.lower(), wish.details, wish.domain
        local = details["mailbox"].rpartition("@")[0]
        whom = [("email", local), ("domain", domain)]
        quota = [("quota", details["quota_mb"])] if details.get("quota_mb") else []
        match wish.name:
            case "reset_mailbox_password":
                self._uapi(user, "Email", "passwd_pop", [*whom, ("password", wish.secret)], key)
            case "delete_mailbox":
                self._uapi(user, "Email", "delete_pop", whom, key)
            case "create_mailbox" if self.look(wish).facts.get("mailbox") == "present":
                self._uapi(user, "Email", "edit_pop_quota", [*whom, *quota], key)
            case "create_mailbox":
                # Nobody knows this password: the contact chooses one behind a link.
                pairs = [*whom, ("password", secrets.token_urlsafe(24)), *quota]
                self._uapi(user, "Email", "add_pop", pairs, key)
            case _:
                raise PortRefused(f"WHM is not asked for {wish.name}")

    def _restore(self, user: str, day: str, key: str) -> None:
        everything = [("give_ip", "0"), ("mysql", "1"), ("subdomains", "1"), ("mail_config", "1")]
        self._whm("restore_queue_add_task", [("user", user), ("restore_point", day), *everything], key)
        with after_the_first_step():
            self._whm("restore_queue_activate", [], key)

    def _add_domain(self, user: str, domain: str, key: str) -> None:
        """By cPanel API 2: UAPI has had this function since 11.138 only."""
        pairs = [
            ("cpanel_jsonapi_user", user),
            ("cpanel_jsonapi_apiversion", "2"),
            ("cpanel_jsonapi_module", "AddonDomain"),
            ("cpanel_jsonapi_func", "addaddondomain"),
            *(("newdomain", domain), ("subdomain", domain), ("dir", domain)),
        ]
        headers = {"X-Request-Id": key}
        reply = self._line.ask(
            "POST", "/json-api/cpanel", urlencode(pairs).encode(), kind=_FORM, headers=headers
        )
        answer = told(reply.json(), "cpanelresult")
        result, reason = told(answer, "data", 0, "result"), told(answer, "data", 0, "reason")
        if str(result) == "1":
            return
        if str(result) == "0" or told(answer, "error"):
            raise PortRefused(str(reason or told(answer, "error")))
        raise PortDown("it answered without saying whether it was done")


def _read_zone(lines: Sequence[Mapping[str, object]], zone: str, name: str) -> Zone:
    """The zone with the records of `name`, from the parsed lines of a zone; types that nobody asks for are left out."""
    serial, found = "", []
    for line in lines:
        if line.get("type") != "record":
            continue
        kind, data = str(line.get("record_type")), _decoded(line.get("data_b64"))
        owner = "".join(_decoded([line.get("dname_b64")])).lower()
        whole = owner.rstrip(".") if owner.endswith(".") else (zone if owner == "@" else f"{owner}.{zone}")
        if kind == "SOA" and len(data) > 2:  # noqa: PLR2004  (names of server and person, then the serial)
            serial = data[2]
        if whole != name or kind in ("SOA", "NS"):
            continue
        ttl = line.get("ttl")
        try:
            value = records.normal(kind, "".join(data) if kind == "TXT" else " ".join(data), domain=zone)
        except records.WrongRecord:
            value = " ".join(data)
        place = str(line.get("line_index"))
        found.append(Record(kind, value, int(ttl) if isinstance(ttl, int | str) and ttl else None, place))
    if not serial:
        raise PortDown("its zone has no serial")
    return Zone(zone, found, serial)


def _decoded(values: object) -> list[str]:
    try:
        return [
            base64.b64decode(str(one), validate=True).decode("utf-8", "replace")
            for one in (values if isinstance(values, list) else [])
        ]
    except (binascii.Error, ValueError) as error:
        raise PortDown("its zone cannot be read") from error


def _data(record: Record) -> list[str]:
    """The parts of a value as the panel wants them; the text of a TXT record in pieces of 255 (RFC 1035 3.3)."""
    if record.type == "TXT":
        return [record.value[i : i + 255] for i in range(0, len(record.value), 255)]
    return [part.strip('"') for part in record.value.split(" ")]


def _megabytes(row: Mapping[str, object]) -> str:
    quota = row.get("_diskquota", row.get("diskquota"))
    try:
        number = int(float(str(quota)))
    except ValueError:
        return UNLIMITED
    if number == 0:
        return UNLIMITED
    return str(number // _MEGABYTE if "_diskquota" in row else number)


def _jobs(value: object) -> list[Mapping[str, object]]:
    found = entries(value if value is not None else [])
    return [job if isinstance(job := one.get("restore_job", one), dict) else one for one in found]


def _is_restore_of(job: Mapping[str, object], user: str, day: str) -> bool:
    return job.get("user") == user and str(job.get("restore_point", ""))[:10] == day
