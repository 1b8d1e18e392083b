"""How many may connect."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import resource
from playground.page.port import CONNECTIONS, allow_connections
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
allow_connections()
found = resource.getrlimit(resource.RLIMIT_NOFILE)
most = CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS)
assert found == (most, hard), found
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
allow_connections()
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)  # more is never made less
"""


def test_as_many_may_connect_as_the_system_allows() -> None:
    subprocess.run([sys.executable, "-c", CODE], check=True)
