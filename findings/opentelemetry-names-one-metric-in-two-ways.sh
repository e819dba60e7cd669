#!/usr/bin/env bash
# OpenTelemetry's exporters for Prometheus, @opentelemetry/exporter-prometheus 0.301.0 for Node and opentelemetry-exporter-prometheus 0.66b2 for
# Python, on the same instruments, two of them as the conventions for calls of models have them (`gen_ai.client.operation.duration` in s):
#   - the unit is in the name in Python (gen_ai_client_operation_duration_seconds, reply_size_bytes_total) and not in Node
#     (gen_ai_client_operation_duration, reply_size_total). The conversion that OpenTelemetry specifies has it there by default;
#   - attributes that become one label, such as `error.type` and a service's own `error_type`, are written twice in Node,
#     {error_type="timeout",error_type="busy"}. A parser of the format refuses the whole page (prometheus/common 0.74.0, shown; Prometheus
#     2.42 says "is not unique" and takes the target for down, with all its other metrics). Python keeps the last. The specification joins
#     them: "timeout;busy".
# What one would expect: one instrument has one name, whichever language its service is in; and an attribute costs no other metric. It
# hurts whoever has a gateway in Node and workers in Python on one dashboard: half of the calls are missing in each panel and alert, with no
# error; and one call that fails by a way on which both attributes are set makes a healthy service look dead until it is restarted.
#
# Needs node 20 or newer, npm, go 1.25 or newer, and python 3.10 or newer with venv. Prints versions and what is seen; exits 1 if it is
# seen no more.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" node@24.21.0 \
  @opentelemetry/exporter-prometheus@0.301.0 @opentelemetry/sdk-metrics@3.1.1 @opentelemetry/api@1.10.0
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check opentelemetry-exporter-prometheus==0.66b2
cat >"$folder/see.py" <<'EOF_PYTHON'
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import generate_latest

meter = MeterProvider(metric_readers=[PrometheusMetricReader()]).get_meter("calls")
meter.create_histogram("gen_ai.client.operation.duration", unit="s").record(1.5)
meter.create_histogram("gen_ai.client.token.usage", unit="{token}").record(20)
meter.create_counter("reply.size", unit="By").add(512)
meter.create_counter("failures").add(1, {"error.type": "timeout", "error_type": "busy"})
print(generate_latest().decode())
EOF_PYTHON
cat >"$folder/see.mjs" <<'EOF_NODE'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const reader = new PrometheusExporter({ preventServerStart: true });
const meter = new MeterProvider({ readers: [reader] }).getMeter('calls');
meter.createHistogram('gen_ai.client.operation.duration', { unit: 's' }).record(1.5);
meter.createHistogram('gen_ai.client.token.usage', { unit: '{token}' }).record(20);
meter.createCounter('reply.size', { unit: 'By' }).add(512);
meter.createCounter('failures').add(1, { 'error.type': 'timeout', error_type: 'busy' });
console.log(new PrometheusSerializer().serialize((await reader.collect()).resourceMetrics));
EOF_NODE
mkdir "$folder/parser"
cat >"$folder/parser/main.go" <<'EOF_GO'
package main

import (
	"fmt"
	"os"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func main() {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(os.Stdin)
	fmt.Println("families:", len(families), "error:", err)
}
EOF_GO
cd "$folder/parser"
export GOFLAGS='-mod=mod -modcacherw'
go mod init parser 2>/dev/null
go get github.com/prometheus/common@v0.74.0 2>/dev/null
go build -o "$folder/parse" .
cd "$folder"
"$folder/node_modules/.bin/node" see.mjs >node.txt
"$folder/python/bin/python" see.py >python.txt
echo 'exporters: for Node 0.301.0, for Python 0.66b2; parser: prometheus/common 0.74.0'
isSeen=yes
for language in node python; do
  echo "-- $language"
  grep -E '^(gen_ai.*_sum|reply_size|failures).*' "$language.txt" | sed -E 's/,?otel_scope[a-z_]*="[^"]*"//g'
  "$folder/parse" <"$language.txt" | tee "$language.parsed"
done
for name in gen_ai_client_operation_duration_sum gen_ai_client_token_usage_sum reply_size_total; do grep -q "^$name" node.txt || isSeen=no; done
for name in gen_ai_client_operation_duration_seconds_sum gen_ai_client_token_usage_sum reply_size_bytes_total; do grep -q "^$name" python.txt || isSeen=no; done
grep -q 'duplicate label names' node.parsed || isSeen=no
grep -q 'error: <nil>' python.parsed || isSeen=no
if [ "$isSeen" = yes ]; then
  echo 'SEEN: one instrument has two names, and one attribute too many takes a whole page of metrics with it'
else
  echo 'NOT SEEN'
  exit 1
fi
