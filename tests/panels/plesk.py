# ruff: noqa: PLR0911  (one function a table of commands, as the panel has them)
"""Plesk's REST API and its command gateway."""

from __future__ import annotations

from tests.panels.model import SECRET, Wrong, as_json


class Plesk:
    """The REST API and the command gateway for `mail`."""

    def changes(self, request):
        if request.path == "/api/v2/cli/mail/call":
            return request.form["params"][0] != "--info"
        return request.method != "GET"

    def answer(self, request, model):
        if request.headers.get("X-API-Key") != SECRET:
            return as_json({"code": 0, "message": "Invalid API key"}, 401)
        try:
            return as_json(self._do(request, model))
        except Wrong as wrong:
            return as_json({"code": 1013, "message": str(wrong), "errors": []}, 404)

    def _do(self, request, model):
        form = request.form
        where = request.path.removeprefix("/api/v2").split("/")[1:]
        logins = list(model.accounts)
        match (request.method, *where):
            case ("GET", "server"):
                return {"platform": "Unix", "panel_version": "18.0.60"}
            case ("GET", "clients"):
                return [
                    {"id": n, "login": login, "status": 16 if model.accounts[login]["suspended"] else 0}
                    for n, login in enumerate(logins, 1)
                ]
            case ("GET", "clients", number, "domains"):
                mine, sites = model.accounts[logins[int(number) - 1]]["domains"], _sites(model)
                return [{"id": sites[one], "name": one, "ascii_name": one} for one in mine]
            case ("PUT", "clients", number, verb):
                model.accounts[logins[int(number) - 1]]["suspended"] = verb == "suspend"
                return {"status": "success"}
            case ("PUT", "clients", number):
                if len(form["password"]) < 8:
                    raise Wrong(f"The password {form['password']} is too weak.")
                model.accounts[logins[int(number) - 1]]["password"] = form["password"]
                return {"id": int(number)}
            case ("DELETE", "clients", number):
                del model.accounts[logins[int(number) - 1]]
                return {"status": "success"}
            case ("GET", "dns", "records"):
                zone = _known(form["domain"], model)
                lines = enumerate(model.records)
                return [self._shown(n, one) for n, one in lines if one and _is_in(one[0], zone)]
            case ("POST", "dns", "records"):
                return self._added(form, model)
            case ("DELETE", "dns", "records", number):
                model.records[int(number)] = None
                return {"status": "success"}
            case ("POST", "cli", "mail", "call"):
                return self._mail(form, model)
        raise Wrong("Not found.")

    def _added(self, form, model):
        zone = _known(form["domain"], model)
        assert form["site_id"] == _sites(model)[zone], "the number is that of the domain named"
        if not _is_in(form["host"].rstrip("."), zone):
            raise Wrong("The host is outside of the zone.")
        value = f"{form['opt']} {form['value']}" if form["type"] == "MX" else form["value"]
        model.records.append([form["host"].rstrip("."), form["type"], value, form.get("ttl", 14400)])
        return {"id": len(model.records) - 1}

    def _shown(self, number, record):
        name, kind, value, ttl = record
        opt, value = value.split(" ", 1) if kind == "MX" else ("", value)
        return {"id": number, "type": kind, "host": f"{name}.", "value": value, "opt": opt, "ttl": ttl}

    def _mail(self, form, model):
        command, box, *options = form["params"]
        given = dict(zip(options[::2], options[1::2], strict=True))
        password = form.get("env", {}).get("PSA_PASSWORD", "")
        assert given.get("-passwd", "") == ""
        if command != "--create" and box not in model.mailboxes:
            return {"code": 1, "stdout": "", "stderr": f"An error occurred: mailname {box} does not exist\n"}
        match command:
            case "--info":
                return {
                    "code": 0,
                    "stdout": f"Mailname: {box}\nMbox quota: {model.mailboxes[box]['quota'] or 'Unlimited'} MB\n",
                    "stderr": "",
                }
            case "--remove":
                del model.mailboxes[box]
            case "--create":
                assert given["-mailbox"] == "true"
                model.mailboxes[box] = {
                    "quota": int(given.get("-mbox_quota", "250M")[:-1]),
                    "password": password,
                }
            case "--update":
                if password:
                    model.mailboxes[box]["password"] = password
                if "-mbox_quota" in given:
                    model.mailboxes[box]["quota"] = int(given["-mbox_quota"].rstrip("M"))
        return {"code": 0, "stdout": "SUCCESS\n", "stderr": ""}


def _sites(model):
    """Every domain of the server with its number, which no two share."""
    names = [name for account in model.accounts.values() for name in account["domains"]]
    return {name: 100 + place for place, name in enumerate(names)}


def _known(domain, model):
    if domain not in _sites(model):
        raise Wrong("Domain does not exist.")
    return domain


def _is_in(host, zone):
    return host == zone or host.endswith(f".{zone}")
