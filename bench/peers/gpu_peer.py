"""PyTorch on a GPU as a side of the comparison: answers a line to each line it reads.

    gpu_peer.py <threads> <device> eager|compile full|tiny
    prepare <work> <folder>   makes the work, and where it is the first its case in the folder
    time <seconds>            median milliseconds of the runs that fit, at least five

Without the device, or without torch.compile where it is asked for, it ends at once. Products of float32 are not rounded to tf32.
"""

import sys
import time
import warnings

import torch

import gpu_works


def milliseconds(run, device, by_events):
    if by_events and device.startswith("cuda"):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        run()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end)
    start = time.perf_counter()
    run()
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return (time.perf_counter() - start) * 1e3


def main():
    warnings.filterwarnings("ignore")
    threads, device, mode, scale = sys.argv[1:5]
    compiled = mode == "compile"
    if device.startswith("cuda") and not torch.cuda.is_available() or compiled and not hasattr(torch, "compile"):
        sys.exit(1)
    torch.set_num_threads(int(threads))
    if device.startswith("cuda"):
        torch.cuda.set_device(device)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    name = torch.cuda.get_device_name(device) if device.startswith("cuda") else "the processor"
    print(f"PyTorch {torch.__version__}{', torch.compile,' if compiled else ''} on {name}", flush=True)
    run, by_events = None, False
    for line in sys.stdin:
        command, *arguments = line.rstrip("\n").split(" ", 2)
        if command == "prepare":
            run = None  # its memory first
            run, by_events = gpu_works.make(arguments[1], arguments[0], device, compiled, scale)
            print("ready", flush=True)
        else:
            times, begin = [], time.perf_counter()
            while len(times) < 5 or time.perf_counter() - begin < float(arguments[0]):
                times.append(milliseconds(run, device, by_events))
            print(sorted(times)[len(times) // 2], flush=True)


main()
