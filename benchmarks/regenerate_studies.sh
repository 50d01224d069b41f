#!/bin/sh
# Regenerate the README of the papers, which docs/reproduce.md shows. Arguments: options for
# hwang2025, such as --data FILE. Interrupted, the same command goes on where it stopped. The study
# worth takes a day and is run table by table instead.
set -e
cd "$(dirname "$0")/.."
ebit reproduce kim2026
ebit reproduce hwang2025 "$@"
ebit reproduce gilboa2024
ebit reproduce chen2026
for study in kim2026 hwang2025 gilboa2024 chen2026; do
    cp "ebit-reproduce/$study/README.md" "src/ebit/studies/$study/README.md"
done
