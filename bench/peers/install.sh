#!/usr/bin/env bash
# Installs what `bench -- peers` compares with, on Debian: PyTorch with OpenBLAS from its packages, ONNX Runtime from npm's.
set -euo pipefail
cd "$(dirname "$0")"
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

as_root apt-get install --yes --no-install-recommends python3-torch python3-numpy libopenblas0-pthread
command -v npm >/dev/null || as_root apt-get install --yes --no-install-recommends npm
# Its install script would fetch libraries for GPUs; those for the CPU come with the package.
npm install --ignore-scripts --no-package-lock --no-audit --no-fund
