"""`hostdesk web`: the web server alone."""

from __future__ import annotations

import argparse

HELP = "the web server alone"
GROUP = "Run"

HTTP = "127.0.0.1:8000"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--http", metavar="HOST:PORT", default=HTTP, help=f"where to listen (default {HTTP})")


def run(args: argparse.Namespace) -> int:
    """Serve pages until told to stop."""
    from hostdesk.config import boot, environment, misspelt
    from hostdesk.config.places import host_and_port, refuse_taken
    from hostdesk.config.preparing import make_data_folder, prepare

    host, port = host_and_port(args.http, setting="--http")
    refuse_taken(host, port, setting="--http")
    make_data_folder(environment.read().data)
    misspelt.warn()
    boot.setup()
    prepare()

    from django.db import connections

    from hostdesk.config import parts

    connections.close_all()
    parts.run_web(host, port)
    return 0
