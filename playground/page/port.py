"""Where the page is served: the port that is asked for, or the first one that is free."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import suppress

try:
    import resource
except ImportError:  # Windows has none
    resource = None

log = logging.getLogger(__name__)
FIRST, NUMBER = 7860, 100  # Gradio's own, where none is asked for
CONNECTIONS = 65_536


def allow_connections() -> None:
    """Let as many files and connections be open at once as the system has, up to CONNECTIONS.

    Most give a program 1,024 unless it asks: as many idle connections of one visitor would keep everybody else out.
    """
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):  # some systems have a lower bound than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def free_port() -> int:
    """GRADIO_SERVER_PORT, or else the first free one from 7860 on, which is said; SystemExit where there is none."""
    host, asked = os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"), os.environ.get("GRADIO_SERVER_PORT")
    first, number = (int(asked), 1) if asked else (FIRST, NUMBER)
    for port in range(first, first + number):
        if _free(host, port):
            if port != first:
                log.warning("Port %d is taken: the page is at port %d instead.", first, port)
            return port
    raise SystemExit(f"Port {first} is taken: end what listens there, or set GRADIO_SERVER_PORT to another port.")


def _free(host: str, port: int) -> bool:
    family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was left a moment ago is free
        try:
            probe.bind(address)
        except OSError:
            return False
    return True
