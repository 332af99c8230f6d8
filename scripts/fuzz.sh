#!/usr/bin/env bash
# Fuzzes every target of the module for FUZZTIME each, two of them at a time with
# one worker each.
#
# Before Go 1.27, go test can fail a target with a bare "context deadline
# exceeded" because its time ran out while a worker was busy (golang/go#75804).
# Only that is forgiven: a real finding names the input that it wrote.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# ran_out LOG tells whether the time running out is all that failed.
ran_out() {
  ! grep -qE 'Failing input written|panic:|_test\.go:[0-9]+:|hung or terminated' "$1" &&
    grep -A1 -E '^--- FAIL: Fuzz' "$1" | grep -qE '^ +context deadline exceeded$'
}

# one DIRECTORY TARGET fuzzes a target and prints what came of it.
one() {
  local log status=0
  log=$(mktemp)
  "${GO:-go}" -C "$1" test -vet=off -run '^$' -fuzz "^$2\$" -fuzztime "${FUZZTIME:-10s}" -fuzzminimizetime 1s -parallel 1 . </dev/null >"$log" 2>&1 || status=$?
  if [[ $status -eq 0 ]]; then
    echo "$1 $2: $(grep -oE 'execs: [0-9]+' "$log" | tail -n 1)"
  elif ran_out "$log"; then
    echo "$1 $2: the time ran out, nothing was found"
    status=0
  else
    echo "$1 $2 FAILED" && cat "$log"
  fi
  rm -f "$log"
  return "$status"
}

if [[ $# -eq 2 ]]; then
  one "$@"
  exit
fi
targets=$(find . -name '*_test.go' ! -path './.*' -exec grep -HoE '^func Fuzz[A-Za-z0-9_]*' {} + | sed -E 's#/[^/]*:func # #' | sort)
[[ -n $targets ]] || { echo "no target to fuzz" >&2; exit 1; }
xargs -n 2 -P 2 scripts/fuzz.sh <<<"$targets"
