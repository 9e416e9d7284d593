# ruff: noqa: PLR0912, C901  (one function a table of commands, as the panel has them)
"""WHM API 1 and, through it, UAPI and cPanel API 2."""

from __future__ import annotations

import base64
import json

from tests.panels.model import SECRET, Wrong, as_json


class Whm:
    """WHM API 1 and, through it, UAPI."""

    CHANGES = (
        *("suspendacct", "unsuspendacct", "changepackage", "passwd", "removeacct"),
        *("restore_queue_add_task", "restore_queue_activate"),
    )
    UAPI_CHANGES = ("passwd_pop", "add_pop", "delete_pop", "edit_pop_quota", "mass_edit_zone")

    def changes(self, request):
        function = request.path.rpartition("/")[2]
        inner = request.form.get("cpanel.function", request.form.get("cpanel_jsonapi_func", ""))
        return function in self.CHANGES or inner in self.UAPI_CHANGES or inner == "addaddondomain"

    def answer(self, request, model):
        if request.headers.get("Authorization") != f"whm root:{SECRET}":
            denied = {"cpanelresult": {"apiversion": "2", "error": "Access denied", "data": {"result": "0"}}}
            return as_json(denied, 403)
        function, form = request.path.removeprefix("/json-api/"), request.form
        try:
            if function == "cpanel":
                return as_json({"cpanelresult": {"data": [self._addon(form, model)], "event": {"result": 1}}})
            if form.get("api.version") != "1":
                return as_json({"error": "api.version is missing"})
            data = (
                self._uapi(request, model) if function == "uapi_cpanel" else self._do(function, form, model)
            )
        except Wrong as wrong:
            return as_json(
                {"metadata": {"version": 1, "result": 0, "reason": str(wrong), "command": function}}
            )
        metadata = {"version": 1, "result": 1, "reason": "OK", "command": function}
        return as_json({"metadata": metadata, "data": data})

    def _account(self, name, model):
        if name not in model.accounts:
            raise Wrong("Account does not exist.")
        return model.accounts[name]

    def _do(self, function, form, model):
        match function:
            case "version":
                return {"version": "11.134.0.5"}
            case "listaccts":
                assert (form["searchtype"], form["searchmethod"]) == ("user", "exact")
                found = [
                    {
                        "user": n,
                        "plan": a["plan"],
                        "suspended": int(a["suspended"]),
                        "domain": a["domains"][0],
                    }
                    for n, a in model.accounts.items()
                    if n == form["search"]
                ]
                return {"acct": found}
            case "listpkgs":
                return {"pkg": [{"name": plan} for plan in model.plans]}
            case "suspendacct" | "unsuspendacct":
                account, wanted = self._account(form["user"], model), function == "suspendacct"
                if account["suspended"] == wanted:
                    raise Wrong(f"Account is already {'' if wanted else 'un'}suspended.")
                account["suspended"] = wanted
            case "changepackage":
                if form["pkg"] not in model.plans:
                    raise Wrong("Sorry, the package does not exist.")
                self._account(form["user"], model)["plan"] = form["pkg"]
            case "passwd":
                if len(form["password"]) < 8:
                    raise Wrong(f"Sorry, the password {form['password']} is too weak.")
                self._account(form["user"], model)["password"] = form["password"]
            case "removeacct":
                self._account(form["username"], model)
                del model.accounts[form["username"]]
            case "backup_user_list":
                active = "active" if form["restore_point"] in model.backups else "no_backup"
                return {"user": [{"username": name, "status": active} for name in model.accounts]}
            case "restore_queue_add_task":
                job = {"user": form["user"], "restore_point": f"{form['restore_point']}T00:00:00.000Z"}
                model.restores.append({**job, "state": "pending"})
            case "restore_queue_activate":
                for job in model.restores:
                    job["state"] = "active" if job["state"] == "pending" else job["state"]
            case "restore_queue_state":
                parts = ("active", "pending", "completed")
                return {part: [job for job in model.restores if job["state"] == part] for part in parts}
            case _:
                raise Wrong(f"Unknown app requested for this version (1) of the API: {function}")
        return None

    def _addon(self, form, model):
        assert (form["cpanel_jsonapi_apiversion"], form["cpanel_jsonapi_module"]) == ("2", "AddonDomain")
        if model.owner(form["newdomain"]):
            return {"result": 0, "reason": "The domain already exists in the userdata."}
        model.accounts[form["cpanel_jsonapi_user"]]["domains"].append(form["newdomain"])
        return {"result": 1, "reason": "The system successfully created the domain."}

    def _uapi(self, request, model):
        form, user = request.form, request.form["cpanel.user"]
        account = self._account(user, model)
        try:
            data = self._as_user(
                f"{form['cpanel.module']}::{form['cpanel.function']}", request, account, model
            )
        except Wrong as wrong:
            return {"uapi": {"status": 0, "errors": [str(wrong)], "data": None, "messages": None}}
        return {"uapi": {"status": 1, "errors": None, "data": data, "messages": None}}

    def _as_user(self, function, request, account, model):
        form = request.form
        if form.get("domain") and form["domain"] not in account["domains"]:
            raise Wrong(f"You do not control the domain {form['domain']}.")
        box = f"{form.get('email', '').partition('@')[0]}@{form.get('domain', '')}"
        needs_box = function in ("Email::passwd_pop", "Email::delete_pop", "Email::edit_pop_quota")
        if needs_box and box not in model.mailboxes:
            raise Wrong(f"The email account {box} does not exist.")
        match function:
            case "DomainInfo::list_domains":
                first, *more = account["domains"]
                return {"main_domain": first, "addon_domains": more, "parked_domains": [], "sub_domains": []}
            case "Email::list_pops_with_disk":
                return [
                    {"email": a, "_diskquota": b["quota"] * 1048576, "diskquota": str(b["quota"])}
                    for a, b in model.mailboxes.items()
                    if a.endswith(f"@{form['domain']}")
                ]
            case "Email::verify_password":
                return int(model.mailboxes[form["email"]]["password"] == form["password"])
            case "Email::passwd_pop":
                model.mailboxes[box]["password"] = form["password"]
            case "Email::edit_pop_quota":
                model.mailboxes[box]["quota"] = int(form["quota"])
            case "Email::add_pop":
                model.mailboxes[box] = {"quota": int(form.get("quota", 250)), "password": form["password"]}
            case "Email::delete_pop":
                del model.mailboxes[box]
            case "DNS::parse_zone":
                return self._zone(form["zone"], account, model)
            case "DNS::mass_edit_zone":
                self._edit(request, model)
            case _:
                raise Wrong(f"Failed to load module or function {function}")
        return None

    def _zone(self, zone, account, model):
        if zone not in account["domains"]:
            raise Wrong(f"You do not control a DNS zone named {zone}.")
        b64 = lambda text: base64.b64encode(text.encode()).decode()  # noqa: E731
        soa = [
            "ns1.host.example.",
            "root.host.example.",
            str(model.serial),
            "3600",
            "1800",
            "1209600",
            "86400",
        ]
        lines = [{"line_index": 0, "type": "comment", "text_b64": b64("; a zone")}]
        lines.append(_line(1, f"{zone}.", "SOA", soa, 86400, b64))
        for place, (name, kind, value, ttl) in enumerate(model.records, 10):
            short = name.removesuffix(f".{zone}") if name != zone else f"{zone}."
            data = [value] if kind == "TXT" else value.split(" ")
            lines.append(_line(place, short, kind, data, ttl, b64))
        return lines

    def _edit(self, request, model):
        if int(request.form["serial"]) != model.serial:
            raise Wrong("The given serial number does not match the DNS zone's serial number.")
        gone = {int(one) for one in request.many.get("remove", ())}
        model.records[:] = [one for place, one in enumerate(model.records, 10) if place not in gone]
        for one in map(json.loads, request.many.get("add", ())):
            value = "".join(one["data"]) if one["record_type"] == "TXT" else " ".join(one["data"])
            model.records.append([one["dname"].rstrip("."), one["record_type"], value, one["ttl"]])
        model.serial += 1


def _line(place, name, kind, data, ttl, b64):  # noqa: PLR0917  (the columns of a line)
    data_b64 = [b64(one) for one in data]
    line = {"line_index": place, "type": "record", "dname_b64": b64(name), "record_type": kind}
    return {**line, "ttl": ttl, "data_b64": data_b64}
