#!/bin/sh
# Regenerate every table and figure of docs/speed.md. Argument: Python of the environment with
# the peers (requirements-peers.txt).
set -e
cd "$(dirname "$0")/.."
exec ebit bench --peer-python "$1" --out docs/results/speed
