#!/usr/bin/env bash
# Fuzzes every target of the module for FUZZTIME each, one after the other, since
# go test fuzzes one at a time.
#
# Before Go 1.27, go test can fail a target with a bare "context deadline
# exceeded" because its time ran out while a worker was busy (golang/go#75804).
# Only that is forgiven: a real finding names the input that it wrote.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# ran_out LOG tells whether the time running out is all that failed.
ran_out() {
  ! grep -qE 'Failing input written|panic:|_test\.go:[0-9]+:|hung or terminated' "$1" &&
    grep -A1 -E '^--- FAIL: Fuzz' "$1" | grep -qE '^ +context deadline exceeded$'
}

found=0
while read -r directory target; do
  found=1
  echo "$directory $target"
  "${GO:-go}" -C "$directory" test -vet=off -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-10s}" . </dev/null 2>&1 | tee "$log" && continue
  ran_out "$log" || exit 1
  echo "$directory $target: the time ran out, nothing was found"
done < <(find . -name '*_test.go' ! -path './.*' -exec grep -HoE '^func Fuzz[A-Za-z0-9_]*' {} + | sed -E 's#/[^/]*:func # #' | sort)
[[ $found -eq 1 ]] || { echo "no target to fuzz" >&2; exit 1; }
