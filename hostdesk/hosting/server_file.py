"""The file of `hostdesk servers import`, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from hostdesk.kit import addresses, tables_of_text
from hostdesk.kit.tables_of_text import Fault, Line

COLUMNS = ("server", "networks", "hostnames")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ServerLine:
    """One server: `networks` as CIDR texts, `hostnames` as lower-case A-labels, both sorted."""

    line: int
    name: str
    networks: tuple[str, ...]
    hostnames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServerFile:
    """The file, read; with any fault nothing of it may be used."""

    servers: tuple[ServerLine, ...]
    faults: tuple[Fault, ...]
    encoding: str


def read(content: bytes) -> ServerFile:
    """The servers of a file; several networks or host names stand in one cell, with blanks between them.

    Faults: no name, the same name twice, what is no network, a network whose address has bits behind its mask,
    what is no host name.
    """
    table = tables_of_text.read(content, required=COLUMNS[:1], optional=COLUMNS[1:])
    faults = list(table.faults)
    servers: dict[str, ServerLine] = {}
    for line in table.lines:
        server = _server(line)
        if isinstance(server, Fault):
            faults.append(server)
        elif server.name.lower() in servers:
            first = servers[server.name.lower()].line
            faults.append(Fault(line.number, f"names the server {server.name}, as line {first} does"))
        else:
            servers[server.name.lower()] = server
    return ServerFile(tuple(servers.values()), tuple(sorted(faults)), table.encoding)


def _server(line: Line) -> ServerLine | Fault:
    name = line.cells["server"]
    if not name or len(name) > _LONGEST_NAME:
        return Fault(line.number, "names no server")
    networks, hostnames = [], []
    for text in line.cells["networks"].replace(",", " ").split():
        try:
            networks.append(str(ip_network(text)))
        except ValueError:
            return Fault(line.number, f"'{text}' is no network such as 192.0.2.0/24 or 2001:db8::/48")
    for text in line.cells["hostnames"].replace(",", " ").split():
        hostname = addresses.normalised_domain(text)
        if hostname is None:
            return Fault(line.number, f"'{text}' is no host name such as web01.example.com")
        hostnames.append(hostname)
    return ServerLine(line.number, name, tuple(sorted(set(networks))), tuple(sorted(set(hostnames))))
