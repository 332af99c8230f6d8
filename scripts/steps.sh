# Sourced by .ci/run and .ci/nightly. It goes to the root of the repository and
# defines step; when the script ends it prints a table of all steps.
#
# A failed step ends the script, unless KEEP_GOING is set.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

current=start
table=()
failed=()

# step NAME COMMAND... runs a command and prints how long it took.
step() {
  current=$1
  shift
  printf '\n=== %s: %s\n' "$current" "$*"
  local started=$SECONDS status=0
  "$@" || status=$?
  local elapsed=$((SECONDS - started)) verdict=passed
  if [[ $status -ne 0 ]]; then
    verdict="FAILED, exit status $status"
    failed+=("$current")
  fi
  printf -- '--- %s: %d s\n' "$current" "$elapsed"
  table+=("$(printf '%-24s %6d s  %s' "$current" "$elapsed" "$verdict")")
  [[ $status -eq 0 || -n ${KEEP_GOING:-} ]] || exit "$status"
}

# finish prints the table and sets the exit status.
finish() {
  local status=$?
  if [[ $status -ne 0 && ${#failed[@]} -eq 0 ]]; then # interrupted
    failed+=("$current")
  fi
  printf '\n'
  [[ ${#table[@]} -eq 0 ]] || printf '%s\n' "${table[@]}"
  printf '%-24s %6d s\n' total "$SECONDS"
  if [[ ${#failed[@]} -eq 0 ]]; then
    printf '\nPASSED in %d s\n' "$SECONDS"
  else
    printf '\nFAILED in step: %s (exit status %d)\n' "$(IFS=,; echo "${failed[*]}")" "$((status ? status : 1))" >&2
    exit "$((status ? status : 1))"
  fi
}
trap finish EXIT
trap 'exit 130' INT TERM
