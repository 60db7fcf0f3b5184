#!/usr/bin/env bash
# Installs what the tests need, checks the format, builds without a warning, and runs all tests.
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

install() { # command package
  command -v "$1" >/dev/null && return
  echo "Installing $2 …"
  local sudo=""
  [ "$(id -u)" = 0 ] || sudo=sudo

  if command -v apt-get >/dev/null; then
    $sudo apt-get update -qq && $sudo apt-get install -y -qq "$2" >/dev/null
  elif command -v dnf >/dev/null; then
    $sudo dnf install -y -q "$2"
  elif command -v apk >/dev/null; then
    $sudo apk add --quiet "$2"
  elif command -v brew >/dev/null; then
    brew install --quiet "$2"
  else
    echo "There is no package manager that this script knows; install $2 by hand." >&2
    exit 1
  fi
}

install chromium chromium

dotnet restore RouteMiddleware.sln
dotnet format RouteMiddleware.sln --no-restore --verify-no-changes --exclude-diagnostics IDE0005
dotnet build RouteMiddleware.sln --no-restore -c Release

failed=0
for project in tests/*/*.csproj; do
  dotnet test "$project" --no-build -c Release --nologo || failed=1
done
exit $failed
