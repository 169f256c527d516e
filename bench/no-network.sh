#!/bin/sh
# bench/no-network.sh [command …]: runs a command where there is no network but this computer's own loopback interface, as
# proof that nothing needs, or asks for, more. Without a command: the workbench's tests in a browser. Needs Linux and unshare.
set -eu
cd "$(dirname "$0")/.."
if ! unshare --user --map-root-user --net true 2>/dev/null; then
  echo "Left out: this computer does not let a process be cut off from the network (unshare --net)" >&2
  exit 0
fi
[ $# -gt 0 ] || set -- npx --no-install vitest run test/e2e/workbench.test.ts
exec unshare --user --map-root-user --net sh -c '
  if command -v ip >/dev/null; then ip link set lo up; else echo "Needs ip (iproute2) to bring lo up" >&2; exit 1; fi
  if ip -o link show up | grep -v ": lo:"; then echo "There is another interface" >&2; exit 1; fi
  exec "$@"' sh "$@"
