# The steps of .ci/run: each leaves in $reports its output, its exit status and, if it runs tests, their results.
reports=test/.artifacts
rm -rf "$reports"
mkdir -p "$reports"

# The browser that tests use; .ci/install installs one where there is none.
CHROMIUM_PATH=${CHROMIUM_PATH:-$(command -v chromium google-chrome chromium-browser | head -n 1)}
export CHROMIUM_PATH=${CHROMIUM_PATH:-/usr/bin/chromium}

# step NAME COMMAND...
step() {
  local name=$1 started=$SECONDS status
  shift
  echo "== $name"
  "$@" 2>&1 | tee "$reports/$name.log"
  status=${PIPESTATUS[0]}
  echo "$status" >"$reports/$name.status"
  echo "-- $name: status $status after $((SECONDS - started)) s"
}

# tests NAME COMMAND...: a step whose command is vitest and takes more of vitest's flags at its end.
tests() {
  TEST_RESULTS="$PWD/$reports/$1.json" step "$@" --reporter=default --reporter=./.ci/results-reporter.mjs
}

# Sums up all steps; its status is that of the whole run.
report() {
  node .ci/report.mjs "$reports"
}
