"""PyTorch as a side of the comparison: answers a line to each line it reads.

    torch_peer.py <threads>
    prepare <work> <folder>   makes the work, and its case in the folder
    time <seconds>            median milliseconds of the runs that fit, at least five

The variables OMP_NUM_THREADS and OPENBLAS_NUM_THREADS hold for the parts that do not ask PyTorch.
"""

import sys
import time
import warnings

import torch

import works


def median_time(run, seconds):
    times = []
    begin = time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    times.sort()
    return times[len(times) // 2] * 1e3


def matrix_library():
    """Which one PyTorch multiplies with, as it shows once it has been used."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    with open("/proc/self/maps") as maps:
        loaded = maps.read()
    return next((name for key, name in [("openblas", "OpenBLAS"), ("mkl_", "MKL"), ("blis", "BLIS")] if key in loaded), "plain BLAS")


def main():
    warnings.filterwarnings("ignore")
    torch.set_num_threads(int(sys.argv[1]))
    print(f"PyTorch {torch.__version__} with {matrix_library()}", flush=True)
    run = None
    for line in sys.stdin:
        command, *arguments = line.rstrip("\n").split(" ", 2)
        if command == "prepare":
            run = works.make(arguments[1], arguments[0])
            print("ready", flush=True)
        else:
            print(median_time(run, float(arguments[0])), flush=True)


main()
