{{/* The Prometheus endpoint: the scraper chart's values, and over them those of the discovery chart. */}}
{{- define "azimuth.prometheus" -}}
{{- $sink := deepCopy .Values.metricSinks.prometheusScrapingEndpoint -}}
{{- $over := deepCopy .Values.prometheus -}}
{{- include "azimuth.prune" $over -}}
{{- include "azimuth.overlay" (dict "onto" $sink "over" $over) -}}
{{- toYaml $sink -}}
{{- end }}

{{- define "azimuth.modes" -}}
[ServicePrincipal, UserAssignedManagedIdentity, SystemAssignedManagedIdentity, WorkloadIdentity, SdkDefault]
{{- end }}

{{- define "azimuth.level" -}}
{{- include "azimuth.choice" (dict "path" .path "value" .value "of" (list "Trace" "Debug" "Information" "Warning" "Error" "Critical" "None")) -}}
{{- end }}

{{- define "azimuth.authentication" -}}
{{- $auth := .Values.azureAuthentication -}}
{{- $certificate := $auth.certificate.filePath -}}
{{- if and $auth.certificate.secretName (not $certificate) -}}
{{- $certificate = printf "/certificate/%s" $auth.certificate.fileName -}}
{{- end -}}
{{- $token := $auth.federatedTokenFile -}}
{{- if $auth.workloadIdentity.projectToken -}}
{{- $token = "/var/run/secrets/azure/tokens/azure-identity-token" -}}
{{- end -}}
{{- dict
  "mode" (include "azimuth.choice" (dict "path" "azureAuthentication.mode" "value" ($auth.identity.mode | default $auth.mode) "of" (include "azimuth.modes" . | fromYamlArray)))
  "identityId" ($auth.identity.id | default $auth.appId)
  "secretFilePath" $auth.secretFilePath
  "secretFileName" $auth.secretFileName
  "certificateFilePath" $certificate
  "federatedTokenFile" $token
| toYaml -}}
{{- end }}

{{- define "azimuth.sinks" -}}
{{- $sinks := .Values.metricSinks -}}
{{- $prometheus := include "azimuth.prometheus" . | fromYaml -}}
{{- $all := dict -}}
{{- if $prometheus.enabled -}}
{{- $path := "metricSinks.prometheusScrapingEndpoint" -}}
{{- $_ := set $all "prometheusScrapingEndpoint" (dict
  "baseUriPath" $prometheus.baseUriPath
  "enableMetricTimestamps" $prometheus.enableMetricTimestamps
  "metricTimestampSource" (include "azimuth.choice" (dict "path" (printf "%s.metricTimestampSource" $path) "value" $prometheus.metricTimestampSource "of" (list "run" "bucket")))
  "metricUnavailableValue" $prometheus.metricUnavailableValue
  "systemMetricsPrefix" (include "azimuth.choice" (dict "path" (printf "%s.systemMetricsPrefix" $path) "value" $prometheus.systemMetricsPrefix "of" (list "azimuth" "promitor")))
  "labels" (dict "transformation" (include "azimuth.choice" (dict "path" (printf "%s.labelTransformation" $path) "value" $prometheus.labelTransformation "of" (list "None" "Lowercase"))))) -}}
{{- end -}}
{{- with $sinks.statsd -}}
{{- if .enabled -}}
{{- $statsd := omit . "enabled" -}}
{{- $_ := set $statsd "metricFormat" (include "azimuth.choice" (dict "path" "metricSinks.statsd.metricFormat" "value" .metricFormat "of" (list "Default" "Geneva"))) -}}
{{- $_ = set $all "statsd" (deepCopy $statsd) -}}
{{- end -}}
{{- end -}}
{{- with $sinks.openTelemetryCollector -}}
{{- if .enabled -}}{{- $_ := set $all "openTelemetryCollector" (omit . "enabled" | deepCopy) -}}{{- end -}}
{{- end -}}
{{- with $sinks.atlassianStatuspage -}}
{{- if .enabled -}}{{- $_ := set $all "atlassianStatuspage" (omit . "enabled" "apiKey" | deepCopy) -}}{{- end -}}
{{- end -}}
{{- if include "azimuth.remoteWrite" . -}}
{{- $_ := set $all "prometheusRemoteWrite" (omit $sinks.prometheusRemoteWrite "enabled" "authentication" | deepCopy) -}}
{{- end -}}
{{- toYaml $all -}}
{{- end }}

{{/* Whether buckets are sent by remote write. */}}
{{- define "azimuth.remoteWrite" -}}
{{- $remote := .Values.metricSinks.prometheusRemoteWrite -}}
{{- if and $remote.url (ne (toString $remote.enabled) "false") }}true{{ end -}}
{{- end }}

{{/* How remote write signs in. A method may be chosen by being there, with nothing in it, so this is not pruned. */}}
{{- define "azimuth.remoteWriteAuthentication" -}}
{{- $given := .Values.metricSinks.prometheusRemoteWrite.authentication | deepCopy -}}
{{- include "azimuth.prune" $given -}}
{{- $all := dict -}}
{{- with $given.basic -}}
{{- $_ := set $all "basic" (omit . "password") -}}
{{- end -}}
{{- with $given.bearer -}}
{{- if or .enabled .token .tokenFilePath -}}{{- $_ := set $all "bearer" (pick . "tokenFilePath") -}}{{- end -}}
{{- end -}}
{{- with $given.entra -}}
{{- if .enabled -}}{{- $_ := set $all "entra" (omit . "enabled") -}}{{- end -}}
{{- end -}}
{{- with dig "entra" "identity" dict $all -}}
{{- $_ := set . "mode" (include "azimuth.choice" (dict "path" "metricSinks.prometheusRemoteWrite.authentication.entra.identity.mode" "value" (get . "mode") "of" (include "azimuth.modes" $ | fromYamlArray))) -}}
{{- include "azimuth.prune" . -}}
{{- end -}}
{{- toYaml $all -}}
{{- end }}

{{- define "azimuth.telemetry" -}}
{{- with .Values.telemetry -}}
{{- dict
  "defaultVerbosity" (include "azimuth.level" (dict "path" "telemetry.defaultLogLevel" "value" .defaultLogLevel))
  "containerLogs" (dict
    "isEnabled" .containerLogs.enabled
    "verbosity" (include "azimuth.level" (dict "path" "telemetry.containerLogs.logLevel" "value" .containerLogs.logLevel)))
  "applicationInsights" (dict
    "isEnabled" .applicationInsights.enabled
    "instrumentationKey" .applicationInsights.key
    "verbosity" (include "azimuth.level" (dict "path" "telemetry.applicationInsights.logLevel" "value" .applicationInsights.logLevel)))
| toYaml -}}
{{- end -}}
{{- end }}

{{- define "azimuth.azureMonitor" -}}
{{- with .Values.azureMonitor -}}
{{- $integration := deepCopy .integration -}}
{{- $_ := set $integration "queryMode" (include "azimuth.choice" (dict "path" "azureMonitor.integration.queryMode" "value" .integration.queryMode "of" (list "single" "batch" "subscription" "auto"))) -}}
{{- dict
  "logging" (dict
    "isEnabled" .logging.enabled
    "informationLevel" (include "azimuth.choice" (dict "path" "azureMonitor.logging.logLevel" "value" .logging.logLevel "of" (list "None" "Basic" "Headers" "Body" "BodyAndHeaders"))))
  "integration" $integration
  "pricing" .pricing
| toYaml -}}
{{- end -}}
{{- end }}

{{/* `runtime.yaml` as it will be, with `config.runtime` over it. */}}
{{- define "azimuth.runtime" -}}
{{- $values := .Values -}}
{{- $runtime := dict
  "strict" $values.strict
  "server" (merge (dict "httpPort" $values.service.targetPort) $values.server)
  "concurrency" $values.concurrency
  "authentication" (include "azimuth.authentication" . | fromYaml)
  "metricsConfiguration" $values.metricsConfiguration
  "metricSinks" (include "azimuth.sinks" . | fromYaml)
  "telemetry" (include "azimuth.telemetry" . | fromYaml)
  "azureMonitor" (include "azimuth.azureMonitor" . | fromYaml)
  "seriesLimit" $values.seriesLimit
  "callBudget" $values.callBudget
  "healthCheck" $values.healthCheck
| deepCopy -}}
{{- $agent := ternary (list) (list "host" "port") $values.resourceDiscovery.enabled -}}
{{- $discovery := omit $values.resourceDiscovery "enabled" -}}
{{- range $agent -}}
{{- $discovery = omit $discovery . -}}
{{- end -}}
{{- $_ := set $runtime "resourceDiscovery" (deepCopy $discovery) -}}
{{- if include "azimuth.discovery" . -}}
{{- $_ := set $runtime "cache" (deepCopy $values.cache) -}}
{{- end -}}
{{- include "azimuth.prune" $runtime -}}
{{- if include "azimuth.remoteWrite" . -}}
{{- with include "azimuth.remoteWriteAuthentication" . | fromYaml -}}
{{- $_ := set $runtime.metricSinks.prometheusRemoteWrite "authentication" . -}}
{{- end -}}
{{- end -}}
{{- include "azimuth.overlay" (dict "onto" $runtime "over" $values.config.runtime) -}}
{{- $port := dig "server" "httpPort" 0 $runtime -}}
{{- if ne (toString $port) (toString $values.service.targetPort) -}}
{{- include "azimuth.fail" (printf "config.runtime.server.httpPort: the port of the container is service.targetPort (%v); set that instead." $values.service.targetPort) -}}
{{- end -}}
{{- toYaml $runtime -}}
{{- end }}

{{/* What the rest of the chart needs to know of the effective runtime file. */}}
{{- define "azimuth.effective" -}}
{{- $runtime := include "azimuth.runtime" . | fromYaml -}}
{{- $mode := include "azimuth.choice" (dict "path" "config.runtime.authentication.mode" "value" (dig "authentication" "mode" "ServicePrincipal" $runtime) "of" (include "azimuth.modes" . | fromYamlArray)) -}}
{{- $prometheus := dig "metricSinks" "prometheusScrapingEndpoint" (dict) $runtime -}}
{{- $auth := get $runtime "authentication" | default dict -}}
{{- $modes := list $mode -}}
{{- with dig "metricSinks" "prometheusRemoteWrite" "authentication" "entra" "identity" "mode" "" $runtime -}}
{{- $modes = append $modes . -}}
{{- end -}}
{{- dict
  "mode" $mode
  "identityId" (dig "authentication" "identityId" "" $runtime)
  "needsKey" (and (eq $mode "ServicePrincipal") (not (hasKey $auth "certificateFilePath")) (not (hasKey $auth "secretFileName")))
  "usesWorkloadIdentity" (or (has "WorkloadIdentity" $modes) .Values.azureAuthentication.workloadIdentity.enabled)
  "usesMetadataEndpoint" (without $modes "ServicePrincipal" "WorkloadIdentity" | empty | not)
  "hasPrometheus" (hasKey (get $runtime "metricSinks" | default dict) "prometheusScrapingEndpoint")
  "metricsPath" (printf "/%s" (dig "baseUriPath" "/metrics" $prometheus | trimPrefix "/"))
  "prefix" (dig "systemMetricsPrefix" "azimuth" $prometheus)
| toYaml -}}
{{- end }}
