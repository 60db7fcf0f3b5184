#!/usr/bin/env bash
# Requests per second of one JSON route in four variants, in turn, over loopback: ./wire.sh [rounds] [seconds] [redis]. Needs wrk; with 'redis', redis-server.
set -euo pipefail
cd "$(dirname "$0")"

rounds=${1:-3} seconds=${2:-5} port=5190 redis=() variants=(bare hand inbox ours)

if [ "${3:-}" = redis ]; then
  redis-server --port 5191 --bind 127.0.0.1 --save '' >/dev/null & store=$!
  redis=(127.0.0.1:5191)
fi
dotnet build -c Release -v q --nologo
server=(dotnet bin/Release/net10.0/RouteMiddleware.Benchmarks.dll wire)

for round in $(seq "$rounds"); do
  for variant in "${variants[@]}"; do
    "${server[@]}" "$variant" "$port" "${redis[@]}" & pid=$!
    trap "kill $pid ${store:-} 2>/dev/null" EXIT
    for _ in $(seq 100); do curl -sf "localhost:$port/token" >/dev/null && break; sleep 0.1; done
    token=$(curl -sf "localhost:$port/token")
    cookie=$(curl -si "localhost:$port/cookie" | sed -n 's/^[Ss]et-[Cc]ookie: \([^;]*\).*/\1/p')
    # As its body tells, or as the in-box session sets it.
    hand=$(curl -si "localhost:$port/hand-cookie" | sed -n 's/^[Ss]et-[Cc]ookie: \(hand=[^;]*\).*/\1/p')
    hand=${hand:-hand=$(curl -sf "localhost:$port/hand-cookie")}
    load=(wrk -t1 -c32 -H "Authorization: Bearer $token" -H "Cookie: $cookie; $hand" "http://127.0.0.1:$port/")
    [ "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" -H "Cookie: $cookie; $hand" "localhost:$port/")" = 200 ]
    "${load[@]}" -d3s >/dev/null # warm
    rate=$("${load[@]}" "-d${seconds}s" | awk '/Requests\/sec/ {print $2}')
    kill "$pid"; wait "$pid" 2>/dev/null || true
    printf 'round %s  %-6s %10s requests/s\n' "$round" "$variant" "$rate"
  done
done
