#!/usr/bin/env bash
# What compose.yaml runs, on loopback and without containers: redis-server, two instances of the sample, nginx in front. Ends all of them on Ctrl+C.
#
#   samples/Api/scale/run.sh              runs until Ctrl+C; then http://localhost:8080
#   samples/Api/scale/run.sh --check      runs, tries what must hold across the instances, and ends
set -euo pipefail
cd "$(dirname "$0")/../../.."

for program in redis-server nginx curl dotnet; do
  PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || { echo "$program is missing; install it with the system's package manager." >&2; exit 1; }
done
PATH="$PATH:/usr/sbin"

front=${PORT:-8080} one=$((front + 1)) two=$((front + 2)) redis=$((front + 3))
work=$(mktemp -d)
children=()

finish() {
  trap - EXIT INT TERM
  # nginx first, then the instances, which finish what they run; Redis last.
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; wait "$child" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

wait_for() { # url
  for _ in $(seq 150); do curl -sf -o /dev/null "$1" && return; sleep 0.2; done
  echo "$1 does not answer:" >&2
  tail -n 20 "$work"/*.log >&2
  exit 1
}

dotnet build samples/Api -c Release --nologo -v q

redis-server --port "$redis" --bind 127.0.0.1 --save '' --appendonly yes --appendfsync everysec --maxmemory 256mb --maxmemory-policy noeviction --dir "$work" >"$work/redis.log" &
redis_id=$!

secret="base64:$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
instance() { # port
  # From the sample's folder, where the settings and the page are. Loopback proxies are known without a word.
  (cd samples/Api && exec env ASPNETCORE_ENVIRONMENT=Production URLS="http://127.0.0.1:$1" \
    RouteMiddleware__Auth__Secret="$secret" \
    RouteMiddleware__Redis__Configuration="127.0.0.1:$redis" \
    RouteMiddleware__Session__Engine=redis \
    RouteMiddleware__RateLimit__Store=redis \
    RouteMiddleware__Cache__Store=redis \
    dotnet bin/Release/net10.0/Api.dll) >"$work/instance-$1.log" 2>&1 &
}
instance "$one"; one_id=$!
instance "$two"; two_id=$!

sed -e "s/\${INSTANCE_ONE}/127.0.0.1:$one/; s/\${INSTANCE_TWO}/127.0.0.1:$two/; s/\${LISTEN}/127.0.0.1:$front/" samples/Api/scale/nginx.conf.template >"$work/site.conf"
cat >"$work/nginx.conf" <<CONF
daemon off;
pid $work/nginx.pid;
error_log $work/nginx-error.log;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  include $work/site.conf;
}
CONF
wait_for "http://127.0.0.1:$one/health"
wait_for "http://127.0.0.1:$two/health"
nginx -c "$work/nginx.conf" -e "$work/nginx-error.log" >"$work/nginx.log" 2>&1 &
children=($! "$one_id" "$two_id" "$redis_id")
wait_for "http://127.0.0.1:$front/health"

if [ "${1:-}" != --check ]; then
  echo "http://localhost:$front stands in front of http://localhost:$one and http://localhost:$two. Ctrl+C ends all."
  wait "${children[0]}"
  exit
fi

site="http://localhost:$front"
fail() { echo "FAILED: $1" >&2; tail -n 20 "$work"/*.log >&2; exit 1; }
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }

# A session of one instance is there on the other.
curl -s -o /dev/null -c "$work/cookies" -H 'Content-Type: application/json' -d '{"username":"alice","password":"wonderland"}' "http://localhost:$one/login"
[ "$(status -b "$work/cookies" "http://localhost:$two/profile")" = 200 ] || fail "a session of one instance is not known to the other"
for _ in 1 2 3 4; do [ "$(status -b "$work/cookies" "$site/profile")" = 200 ] || fail "a session is lost behind the balancer"; done

# A logout on one ends it on the other.
curl -s -o /dev/null -b "$work/cookies" -X POST "http://localhost:$two/logout"
[ "$(status -b "$work/cookies" "http://localhost:$one/profile")" = 401 ] || fail "a logout of one instance is not known to the other"

# An answer that one kept is given by the other. Answers are kept by host, which nginx hands over without the port.
curl -s -o /dev/null -H 'Host: localhost' "http://localhost:$one/catalogue"
headers=$(curl -s -D - -o /dev/null -H 'Host: localhost' "http://localhost:$two/catalogue")
grep -qi '^X-Cache: HIT' <<<"$headers" || fail "a cached answer of one instance is not known to the other"

# One limit for both: a hundred calls a minute.
token=$(curl -s -H 'Content-Type: application/json' -d '{"username":"alice","password":"wonderland"}' "$site/token" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
allowed=0
for _ in $(seq 130); do [ "$(status -H "Authorization: Bearer $token" "$site/api/orders")" = 200 ] && allowed=$((allowed + 1)); done
[ "$allowed" = 100 ] || fail "$allowed of 130 calls were let pass, not 100"

# Redis away: limits fall back to each instance's own, sessions answer 503; and back again.
kill -9 "$redis_id"; wait "$redis_id" 2>/dev/null || true
[ "$(status "$site/health")" = 200 ] || fail "a route that needs no Redis fails without it"
[ "$(status -H 'Content-Type: application/json' -d '{"username":"alice","password":"wonderland"}' "$site/login")" = 503 ] || fail "a login without Redis is not 503"
redis-server --port "$redis" --bind 127.0.0.1 --save '' --appendonly yes --dir "$work" >>"$work/redis.log" &
children[3]=$!
for _ in $(seq 50); do
  [ "$(status -H 'Content-Type: application/json' -d '{"username":"alice","password":"wonderland"}' "$site/login")" = 200 ] && back=yes && break
  sleep 0.2
done
[ "${back:-}" = yes ] || fail "logins do not come back with Redis"

echo "Sessions, limits and cached answers hold over both instances, and over a Redis that was killed."
