{{/* `metrics-declaration.yaml` as it will be, with `config.declaration` over it. */}}
{{- define "azimuth.declaration" -}}
{{- $metadata := deepCopy .Values.azureMetadata -}}
{{- $_ := set $metadata "cloud" (include "azimuth.choice" (dict "path" "azureMetadata.cloud" "value" $metadata.cloud "of" (list "Global" "China" "UsGov" "Custom"))) -}}
{{- $declaration := dict "version" "v1" "azureMetadata" $metadata "metricDefaults" (deepCopy .Values.metricDefaults) -}}
{{- include "azimuth.prune" $declaration -}}
{{- $metrics := include "azimuth.templated" (dict "path" "metrics" "value" .Values.metrics "root" .) | fromYaml -}}
{{- $_ = set $declaration "metrics" $metrics.list -}}
{{- include "azimuth.overlay" (dict "onto" $declaration "over" .Values.config.declaration) -}}
{{- toYaml $declaration -}}
{{- end }}

{{/* `resource-discovery-declaration.yaml` as it will be; empty without groups. */}}
{{- define "azimuth.discovery" -}}
{{- if or .Values.resourceDiscoveryGroups .Values.config.discovery -}}
{{- $values := .Values.azureLandscape -}}
{{- $landscape := dict
  "cloud" (include "azimuth.choice" (dict "path" "azureLandscape.cloud" "value" $values.cloud "of" (list "Global" "China" "UsGov" "Germany" "Custom")))
  "tenantId" ($values.tenantId | default .Values.azureMetadata.tenantId)
  "endpoints" (deepCopy $values.endpoints) -}}
{{- include "azimuth.prune" $landscape -}}
{{- $subscriptions := concat $values.subscriptions $values.subscriptionIds | uniq -}}
{{- if not $subscriptions -}}{{- $subscriptions = list .Values.azureMetadata.subscriptionId -}}{{- end -}}
{{- $_ := set $landscape "subscriptions" $subscriptions -}}
{{- $groups := include "azimuth.templated" (dict "path" "resourceDiscoveryGroups" "value" .Values.resourceDiscoveryGroups "root" .) | fromYaml -}}
{{- range $groups.list -}}
{{- /* A comment in the values of Promitor's discovery chart calls the subscriptions so. */ -}}
{{- $include := dig "criteria" "include" (dict) . -}}
{{- if hasKey $include "subscriptionIds" -}}
{{- $_ = set $include "subscriptions" (concat (get $include "subscriptions" | default list) (get $include "subscriptionIds") | uniq) -}}
{{- $_ = unset $include "subscriptionIds" -}}
{{- end -}}
{{- end -}}
{{- $declaration := dict "version" "v1" "azureLandscape" $landscape "resourceDiscoveryGroups" $groups.list -}}
{{- include "azimuth.overlay" (dict "onto" $declaration "over" .Values.config.discovery) -}}
{{- toYaml $declaration -}}
{{- end -}}
{{- end }}
