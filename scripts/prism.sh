#!/usr/bin/env bash
# An outside judge: Prism stands between façade and emulator and answers an error
# of its own to whatever breaks api/services-v1.yaml. The good paths of the
# contract suite, its refusals and the steps of the demo that read go through it.
#
# It needs npm, and says so where there is none. The package is kept in
# ${XDG_CACHE_HOME:-~/.cache}/spservices-prism. PRISM_TIMEOUT bounds each part,
# in seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=5.14.2 # the newest that runs on Node 18 to 22: 5.16 needs 24.18
cache=${XDG_CACHE_HOME:-$HOME/.cache}/spservices-prism
package=$cache/node_modules/@stoplight/prism-cli
limit=${PRISM_TIMEOUT:-180}

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  echo "prism: skipped, npm is not at hand"
  exit 0
fi

work=$(mktemp -d)
prism='' emulator=''
finish() {
  local status=$?
  for process in $prism $emulator; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  [[ $status -eq 0 ]] || tail -n 5 "$work"/{emulator,prism}.log >&2 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

fail() {
  echo "prism: $*" >&2
  exit 1
}

# bounded COMMAND... runs a command for at most $limit seconds.
bounded() {
  if command -v timeout >/dev/null; then timeout "$limit" "$@"; else "$@"; fi
}

# await SECONDS COMMAND... repeats a command until it succeeds.
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    [[ $SECONDS -lt $end ]] || return 1
    sleep 0.1
  done
}

installed() { [[ $(node -p "require('$package/package.json').version" 2>/dev/null) == "$version" ]]; }

if ! installed; then
  mkdir -p "$cache"
  if ! bounded npm install --prefix "$cache" --no-save --no-audit --no-fund --loglevel error "@stoplight/prism-cli@$version" || ! installed; then
    # Without a network a developer cannot do anything about it; CI can.
    [[ ${CI:-} != true ]] || fail "@stoplight/prism-cli $version cannot be installed"
    echo "prism: skipped, @stoplight/prism-cli $version cannot be installed"
    exit 0
  fi
fi

go build -o "$work/spservices" ./cmd/spservices
# Prism follows the schema, which a reservation with its id alone does not satisfy.
"$work/spservices" emulator --addr 127.0.0.1:0 --port-file "$work/port" --throttle off --reservations whole >"$work/environment" 2>"$work/emulator.log" &
emulator=$!
await 20 test -s "$work/port" || fail "the emulator does not answer"

# The emulator prints NAME=value lines for its clients.
unset SP_API_SANDBOX SP_API_REGION CONTRACT_SANDBOX
while IFS= read -r line; do
  export "${line?}"
done < <(grep -v '^#' "$work/environment")

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
endpoint=http://127.0.0.1:$port
node "$package/dist/index.js" proxy --errors --host 127.0.0.1 --port "$port" api/services-v1.yaml "http://$(cat "$work/port")" >"$work/prism.log" 2>&1 &
prism=$!
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port") && grep -q 'Prism is listening' "$work/prism.log"; }
await 60 answers || fail "Prism does not answer"

echo "=== demo"
bounded "$work/spservices" demo --endpoint "$endpoint"

# suite PATTERN [FLAGS...] runs the scenarios of the statuses that match.
suite() {
  local statuses=$1
  shift
  CONTRACT_ENDPOINT=$endpoint CONTRACT_TOKEN_ENDPOINT=$SP_API_TOKEN_ENDPOINT \
    bounded go test -count=1 -v -timeout "${limit}s" -run "^TestContract\$/^scenarios\$/./^($statuses)\$" "$@" ./contract >"$work/suite.log" || {
    grep -E -- '--- FAIL|_test\.go:' "$work/suite.log" >&2 || true
    fail "the contract suite fails behind Prism"
  }
  grep 'cells by its state' "$work/suite.log"
}

echo "=== good paths"
suite '200|204'
operations=$(grep -cE '^ +\| [a-zA-Z]+ \| (state \| +\|| *\| state \|)' "$work/suite.log" || true)
[[ $operations -eq 17 ]] || fail "$operations of 17 operations have succeeded behind Prism"

# Refusals by a rule of the server. Left out are those of requests that break
# the description too: with --errors Prism answers them itself, and the server
# never sees them. That is also why 400, 413 and 415 are not here. A scenario
# that is new and sends broken(...) belongs to the list.
echo "=== refusals"
suite '403|404|422' -skip '././././(start_in_ISO_8601|unknown_contentType|estimated_arrival_times_both_given)'

# What Prism objects to it answers with a problem, at which the parts above fail.
# The log has the rest: what it ended by itself, and what it only warns of.
requests=$(grep -c 'Forwarding' "$work/prism.log") || fail "nothing went through Prism"
if grep -E '(error|warn(ing)?|fatal) +[^ ]' "$work/prism.log" | grep -v ' info ' >&2; then
  fail "Prism objects"
fi

# A judge that never objects would prove nothing.
objection=$(node -e '
  fetch(process.argv[1] + "/service/v1/documents", {
    method: "POST", body: JSON.stringify({contentType: "PDF", contentLength: "long"}),
    headers: {"content-type": "application/json", "x-amz-access-token": "any"},
  }).then(async r => console.log(r.status, r.headers.get("content-type"), (await r.json()).validation.length))' "$endpoint")
[[ $objection == "422 application/problem+json"*" 1" ]] || fail "a broken request is answered: $objection"

echo "prism: $requests requests, no violation"
