#!/usr/bin/env bash
# Drives azure-cli against the emulator: login, lists, metrics, definitions, Resource Graph.
# Opt-in: needs `az` and a built checkout. Uses a configuration folder of its own and leaves yours alone.
set -euo pipefail

fail() {
  echo "azure-cli-check: $1" >&2
  exit "${2:-1}"
}

command -v az >/dev/null || fail "azure-cli (az) is not installed; see https://aka.ms/InstallAzureCli" 3
root="$(cd "$(dirname "$0")/.." && pwd)"
[ -f "$root/dist/cli/main.js" ] || fail "the checkout is not built; run: npm run build" 3

work="$(mktemp -d)"
emulator=""
cleanup() {
  [ -z "$emulator" ] || kill "$emulator" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

PATH="$root/node_modules/.bin:$PATH" node "$root/bin/azimuth.js" emulate --world "$root/config/world.yaml" \
  --port 0 --identity-port 0 --ca-out "$work/ca.pem" >"$work/ready.json" 2>"$work/log" &
emulator=$!
for _ in $(seq 100); do
  [ ! -s "$work/ready.json" ] || break
  kill -0 "$emulator" 2>/dev/null || fail "the emulator did not start: $(cat "$work/log")"
  sleep 0.1
done
url() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/ready.json"; }
arm="$(url arm)"
identity="$(url identity)"
[ -n "$arm" ] || fail "the emulator did not say where it listens"

export AZURE_CONFIG_DIR="$work/az" AZURE_CORE_COLLECT_TELEMETRY=no
export REQUESTS_CA_BUNDLE="$work/ca.pem" MSI_ENDPOINT="$identity/MSI/token"

subscription=0c9f1d52-7a41-4f0e-9b36-5d2f8e61a7c4
bus="/subscriptions/$subscription/resourceGroups/rg-shop-weu/providers/Microsoft.ServiceBus/namespaces/sb-shop-weu"

check() {
  local title="$1" wanted="$2"
  shift 2
  local found
  found="$("$@")" || fail "$title: az failed"
  grep -q "$wanted" <<<"$found" || fail "$title: expected $wanted in: $found"
  echo "ok  $title"
}

az cloud register -n emulator --endpoint-resource-manager "$arm/" --endpoint-management "$arm/" \
  --endpoint-active-directory "$arm/adfs" --endpoint-gallery "$arm/" \
  --endpoint-active-directory-resource-id https://management.core.windows.net/ \
  --endpoint-active-directory-graph-resource-id "$arm/" --only-show-errors
az cloud set -n emulator --only-show-errors

check 'login with the managed identity' "$subscription" az login --identity -o tsv
check 'account' 'Shop demo' az account show -o tsv
check 'resources' 'sb-shop-weu' az resource list -o tsv
check 'metric definitions' 'ActiveMessages' az monitor metrics list-definitions --resource "$bus" -o tsv
check 'metrics' 'orders' az monitor metrics list --resource "$bus" --metric ActiveMessages --aggregation Total \
  --interval PT5M --filter "EntityName eq '*'" --offset 1h -o json
check 'Resource Graph' 'sb-shop-weu' az rest --method post --resource https://management.core.windows.net/ \
  --url "$arm/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01" \
  --body "{\"query\":\"Resources | project name\",\"subscriptions\":[\"$subscription\"]}" -o json
az logout --only-show-errors
check 'login with a service principal' "$subscription" az login --service-principal \
  -u 8b1f7d24-60a9-4c35-9e82-d3f05c7a164b -p demo-secret --tenant adfs -o tsv
echo 'azure-cli-check: all checks passed'
