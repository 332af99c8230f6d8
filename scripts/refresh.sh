#!/usr/bin/env bash
# Compares Amazon's model with the API description and prints what changed.
#
#   scripts/refresh.sh MODEL [--write] [--accept-breaking] [--since DATE] [--spec FILE]
#
# Exit status: 0 nothing breaks, 2 the model breaks programs, 64 wrong usage,
# 1 anything else. (`go run` would turn all of them into 1.)
set -euo pipefail

if [[ $# -eq 0 || $1 == -* ]]; then
  sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 64
fi
model=$(realpath -- "$1")
shift

# Paths are the caller's; the tool runs at the root of the module.
arguments=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --spec | -spec) arguments+=(--spec "$(realpath -- "${2:?--spec wants a file}")") && shift ;;
    --spec=* | -spec=*) arguments+=(--spec "$(realpath -- "${1#*=}")") ;;
    *) arguments+=("$1") ;;
  esac
  shift
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
go build -o "$tool/gen" ./cmd/gen
"$tool/gen" refresh --model "$model" ${arguments[@]+"${arguments[@]}"}
