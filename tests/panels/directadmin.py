# ruff: noqa: PLR0911, PLR0912, C901  (one function a table of commands, as the panel has them)
"""DirectAdmin's legacy API."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlencode

from tests.panels.model import SECRET, Wrong, as_json, no_sign_in


class DirectAdmin:
    """The legacy API, form-encoded; as another user by `admin|user`."""

    def changes(self, request):
        command, form = request.path[1:], request.form
        if command in (
            "CMD_API_SELECT_USERS",
            "CMD_API_MODIFY_USER",
            "CMD_API_USER_PASSWD",
            "CMD_API_DOMAIN",
        ):
            return True
        if command == "CMD_API_POP":
            return form.get("action") in ("create", "modify", "delete")
        return command == "CMD_API_DNS_CONTROL" and form.get("action") in ("add", "select", "edit")

    def answer(self, request, model):
        scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(coded).decode().partition(":")
        admin, _, as_user = user.partition("|")
        if (scheme, admin, password) != ("Basic", "admin", SECRET):
            return no_sign_in()
        command, form = request.path[1:], request.form
        try:
            if command == "CMD_API_DNS_CONTROL":
                return as_json(self._dns(request, as_user, model))
            pairs = self._do(command, form, as_user, model)
        except Wrong as wrong:
            if command == "CMD_API_DNS_CONTROL":
                return as_json({"error": "Cannot execute your request", "result": str(wrong)})
            pairs = {"error": "1", "text": "Cannot execute your request", "details": str(wrong)}
        return 200, "text/plain", urlencode(pairs, doseq=True).encode()

    def _account(self, name, model):
        if name not in model.accounts:
            raise Wrong(f"User {name} does not exist")
        return model.accounts[name]

    def _do(self, command, form, as_user, model):
        done = {"error": "0", "text": "Success", "details": ""}
        match command:
            case "CMD_API_LOGIN_TEST":
                return {"error": "0", "text": "Login OK", "details": "none"}
            case "CMD_API_SHOW_ALL_USERS":
                return {"list[]": list(model.accounts)}
            case "CMD_API_SHOW_USER_CONFIG":
                account = self._account(form["user"], model)
                suspended = "yes" if account["suspended"] else "no"
                return {"username": form["user"], "package": account["plan"], "suspended": suspended}
            case "CMD_API_SHOW_DOMAINS":
                return {"list[]": self._account(as_user, model)["domains"]}
            case "CMD_API_PACKAGES_USER":
                return {"list[]": list(model.plans)}
            case "CMD_API_VERIFY_PASSWORD":
                return {"valid": int(model.accounts[form["user"]]["password"] == form["passwd"])}
            case "CMD_API_EMAIL_AUTH":
                self._owns(as_user, form["email"].partition("@")[2], model)
                if model.mailboxes[form["email"]]["password"] != form["passwd"]:
                    raise Wrong("Invalid login")
            case "CMD_API_SELECT_USERS" if form.get("delete"):
                assert form["confirmed"] == "Confirm"
                self._account(form["select0"], model)
                del model.accounts[form["select0"]]
            case "CMD_API_SELECT_USERS":
                # As old versions have it: either word turns the switch.
                account = self._account(form["select0"], model)
                assert (form["location"], form["suspend"]) in (
                    ("CMD_SELECT_USERS", "Suspend"),
                    ("CMD_SELECT_USERS", "Unsuspend"),
                )
                account["suspended"] = not account["suspended"]
            case "CMD_API_MODIFY_USER":
                assert form["action"] == "package"
                if form["package"] not in model.plans:
                    raise Wrong("That package does not exist")
                self._account(form["user"], model)["plan"] = form["package"]
            case "CMD_API_USER_PASSWD":
                if len(form["passwd"]) < 8:
                    raise Wrong(f"{form['passwd']} is too short")
                assert form["passwd"] == form["passwd2"]
                self._account(form["username"], model)["password"] = form["passwd"]
            case "CMD_API_DOMAIN":
                assert form["action"] == "create"
                self._account(as_user, model)["domains"].append(form["domain"])
            case "CMD_API_POP":
                return self._pop(form, as_user, model) or done
            case _:
                raise Wrong("That command does not exist")
        return done

    def _owns(self, as_user, domain, model):
        if domain not in self._account(as_user, model)["domains"]:
            raise Wrong("You do not own that domain")

    def _pop(self, form, as_user, model):
        self._owns(as_user, form["domain"], model)
        box = f"{form.get('user')}@{form['domain']}"
        match form["action"]:
            case "full_list":
                return {
                    name.partition("@")[0]: urlencode({"quota": f"{b['quota']:.1f}", "usage": "0.0"})
                    for name, b in model.mailboxes.items()
                    if name.endswith(f"@{form['domain']}")
                }
            case "create":
                assert form["passwd"] == form["passwd2"] != ""
                if box in model.mailboxes:
                    raise Wrong("That user already exists")
                model.mailboxes[box] = {"quota": int(form["quota"]), "password": form["passwd"]}
            case "modify":
                model.mailboxes[box]["quota"] = int(form["quota"])
                if form["passwd"]:
                    model.mailboxes[box]["password"] = form["passwd"]
            case "delete":
                del model.mailboxes[box]
        return None

    def _dns(self, request, as_user, model):
        form, zone = request.form, request.form["domain"]
        self._owns(as_user, zone, model)
        match form.get("action"):
            case "add":
                value = form["value"]
                if form["type"] == "TXT":
                    value = "".join(re.findall(r'"([^"]*)"', value)) or value
                name = form["name"].rstrip(".")
                clash = any(one[0] == name and "CNAME" in (one[1], form["type"]) for one in model.records)
                if clash:
                    raise Wrong("A CNAME cannot stand beside another record")
                model.records.append([name, form["type"], value, int(form.get("ttl", 14400))])
            case "select":
                for key, value in form.items():
                    if match := re.fullmatch(r"([a-z]+)recs\d+", key):
                        gone = [one for one in model.records if self._shown(one, zone)["combined"] == value]
                        if not gone or gone[0][1] != match[1].upper():
                            raise Wrong(f"no such record: {value}")
                        model.records.remove(gone[0])
            case _:
                return {"records": [self._shown(one, zone) for one in model.records], "dns_ttl": "1"}
        return {"success": "Records changed", "result": ""}

    def _shown(self, record, zone):
        name, kind, value, ttl = record
        short = f"{zone}." if name == zone else name.removesuffix(f".{zone}")
        value = f'"{value}"' if kind == "TXT" else value
        combined = f"name={short}&value={value}"
        return {"name": short, "type": kind, "value": value, "ttl": str(ttl), "combined": combined}
