"""Prints the bytes by which training a work raises the resident memory of a process that keeps one like it.

    memory_peer.py <work> <threads>
"""

import ctypes
import gc
import sys
import tempfile
import warnings

import torch

import works

STEPS = 10


def status(key):
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith(key))


def settle():
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)


def peak_of(step):
    """Most bytes that are resident at once while it trains."""
    settle()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5\n")
    for _ in range(STEPS):
        step()
    return status("VmHWM:")


def main():
    warnings.filterwarnings("ignore")
    torch.set_num_threads(int(sys.argv[2]))
    with tempfile.TemporaryDirectory() as folder:
        first = works.training_step(folder, sys.argv[1])
        peak_of(first)
        settle()
        resident = status("VmRSS:")
        print(peak_of(works.training_step(folder, sys.argv[1])) - resident)
        del first


main()
