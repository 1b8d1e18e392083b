"""What threads have freed is there for all of them."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import ctypes, sys, threading
from playground import memory

if sys.argv[2] == "1":
    memory.share()
gate = threading.Barrier(12)

def work():
    held = [bytes(600) for _ in range(2_000)]  # Python asks the C library for what is larger than 512 bytes
    gate.wait()
    return held

threads = [threading.Thread(target=work) for _ in range(12)]
for one in threads:
    one.start()
for one in threads:
    one.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has heaps of threads")
def test_threads_share_two_heaps(tmp_path: Path) -> None:
    heaps = {}
    for shared in ("0", "1"):
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "info"), shared], check=True, cwd=Path(__file__).parents[2]
        )
        heaps[shared] = (tmp_path / "info").read_text().count("<heap nr=")
    assert heaps["1"] <= 2 < heaps["0"]


FREED = """
import sys
from playground import memory

held = [bytes(5_000) for _ in range(40_000)]
few = held[::20]  # one of twenty is kept, so that no end of a heap is free
del held
size = lambda: int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS:")))
before = size()
memory.give_back()
print(before - size())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what was freed so")
def test_what_was_freed_is_given_back() -> None:
    said = subprocess.run([sys.executable, "-c", FREED], check=True, cwd=Path(__file__).parents[2], capture_output=True)
    assert int(said.stdout) > 50_000  # kB, of 190 MB that are free between what is kept
