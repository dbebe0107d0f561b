#!/bin/sh
# Write tools/action/requirements.txt: what the action installs, each distribution held to its digests.
set -eu
cd "$(dirname "$0")/.."
printf 'hatchling\n' |
    "${1:-python3}" -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate \
        --constraint constraints.txt --output-file tools/action/requirements.txt pyproject.toml -
