#!/bin/sh
# Write what is installed by digest: tools/action/requirements.txt (by the action and the container) and
# tools/release/build-requirements.txt (by the workflow that builds the gate's own release).
set -eu
cd "$(dirname "$0")/.."
lock() { # lock FILE SOURCE...: what stands on standard input is one of the sources, as "-"
    file="$1"
    shift
    "$python" -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate \
        --constraint constraints.txt --output-file "$file" "$@"
}
python="${1:-python3}"
printf 'hatchling\n' | lock tools/action/requirements.txt pyproject.toml -
printf 'build\nhatchling\n' | lock tools/release/build-requirements.txt -
