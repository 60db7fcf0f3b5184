#!/usr/bin/env bash
# The start of an application with many endpoints, plain and with our chains of five, in turn: ./start.sh [rounds] [counts] [handlers].
set -euo pipefail
cd "$(dirname "$0")"

rounds=${1:-3} counts=${2:-"100 1000 10000"} handlers=${3:-"typed delegate"}
dotnet build -c Release -v q --nologo

for kind in $handlers; do
  for count in $counts; do
    for _ in $(seq "$rounds"); do
      for variant in plain passing five; do
        dotnet bin/Release/net10.0/RouteMiddleware.Benchmarks.dll start "$variant" "$kind" "$count"
      done
    done
  done
done
