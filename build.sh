#!/usr/bin/env bash
# Installs what the tests need, checks the format, builds without a warning, and runs all tests.
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

install() { # the package's name for apt, dnf, apk and brew
  echo "Installing $1 …"
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo=sudo

  if command -v apt-get >/dev/null; then
    $sudo apt-get update -qq && $sudo apt-get install -y -qq "$1" >/dev/null
  elif command -v dnf >/dev/null; then
    $sudo dnf install -y -q "$2"
  elif command -v apk >/dev/null; then
    $sudo apk add --quiet "$3"
  elif command -v brew >/dev/null; then
    brew install --quiet "$4"
  else
    echo "There is no package manager that this script knows; install $1 by hand." >&2
    exit 1
  fi
}

command -v chromium >/dev/null || install chromium chromium chromium chromium
command -v redis-server >/dev/null || install redis-server redis redis redis
command -v redis-server >/dev/null || { echo "redis-server was not found; the tests need it." >&2; exit 1; }
# Prometheus' own parser, for the system's Python: another one may come first in the path.
/usr/bin/python3 -c 'import prometheus_client' 2>/dev/null \
  || install python3-prometheus-client python3-prometheus_client py3-prometheus-client python-prometheus-client

# What the explorer's page is examined with by screen reader's rules; kept outside the repository, and fetched once.
axe=artifacts/axe-core
if [ ! -f "$axe/package/axe.min.js" ]; then
  mkdir -p "$axe"
  if ! command -v npm >/dev/null && command -v curl >/dev/null; then
    curl -fsSL -o "$axe/axe-core-4.14.1.tgz" https://registry.npmjs.org/axe-core/-/axe-core-4.14.1.tgz
  else
    command -v npm >/dev/null || install npm nodejs-npm npm node
    npm pack --silent --pack-destination "$axe" axe-core@4.14.1 >/dev/null
  fi
  tar -xzf "$axe"/axe-core-4.14.1.tgz -C "$axe" package/axe.min.js package/LICENSE
fi

dotnet restore RouteMiddleware.sln
dotnet format RouteMiddleware.sln --no-restore --verify-no-changes --exclude-diagnostics IDE0005
dotnet build RouteMiddleware.sln --no-restore -c Release

failed=0
for project in tests/*/*.csproj; do
  dotnet test "$project" --no-build -c Release --nologo || failed=1
done
exit $failed
