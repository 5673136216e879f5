{{/* Part of names: the name of the chart, or its override. */}}
{{- define "azimuth.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Name of every object. */}}
{{- define "azimuth.fullname" -}}
{{- $name := include "azimuth.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* Name with a suffix that survives the cut at 63 characters. */}}
{{- define "azimuth.suffixed" -}}
{{- printf "%s-%s" (include "azimuth.fullname" .root | trunc (int (sub 62 (len .suffix))) | trimSuffix "-") .suffix -}}
{{- end }}

{{- define "azimuth.selectorLabels" -}}
app.kubernetes.io/name: {{ include "azimuth.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "azimuth.labels" -}}
{{- $labels := include "azimuth.selectorLabels" . | fromYaml -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{- $_ = set $labels "app.kubernetes.io/version" .Chart.AppVersion -}}
{{- $_ = set $labels "app.kubernetes.io/managed-by" .Release.Service -}}
{{- toYaml (merge $labels .Values.commonLabels) -}}
{{- end }}

{{/* Names that rules written for Promitor's chart use in their templates. */}}
{{- define "promitor-agent-scraper.name" -}}{{ include "azimuth.name" . }}{{- end }}
{{- define "promitor-agent-scraper.fullname" -}}{{ include "azimuth.fullname" . }}{{- end }}
{{- define "promitor-agent-resource-discovery.name" -}}{{ include "azimuth.name" . }}{{- end }}
{{- define "promitor-agent-resource-discovery.fullname" -}}{{ include "azimuth.fullname" . }}{{- end }}

{{- define "azimuth.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion | toString) -}}
{{- end }}

{{/* The service account is made here. */}}
{{- define "azimuth.createsAccount" -}}
{{- if and .Values.rbac.create .Values.rbac.serviceAccount.create }}true{{ end -}}
{{- end }}

{{/* Name of the service account; empty when pods take the default one. */}}
{{- define "azimuth.accountName" -}}
{{- if include "azimuth.createsAccount" . -}}
{{- include "azimuth.fullname" . -}}
{{- else if .Values.rbac.create -}}
{{- .Values.rbac.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "azimuth.secretName" -}}
{{- if .Values.secrets.createSecret -}}
{{- include "azimuth.fullname" . -}}
{{- else -}}
{{- include "azimuth.needed" (dict "value" .Values.secrets.secretName "message" "secrets.secretName: name the Secret that holds the keys, because secrets.createSecret is false.") -}}
{{- end -}}
{{- end }}

{{/* Ends rendering with a message. `helm lint` only notes what `fail` says and goes on, so the way on is barred too. */}}
{{- define "azimuth.fail" -}}
{{- fail . -}}
{{- include . (dict) -}}
{{- end }}

{{/* A value that must not be empty, with the message for when it is. */}}
{{- define "azimuth.needed" -}}
{{- if not .value -}}{{- include "azimuth.fail" .message -}}{{- end -}}
{{- .value -}}
{{- end }}

{{/* Of the words in `of`, the one that shares most groups of three letters with `word`; empty when none is near. */}}
{{- define "azimuth.nearest" -}}
{{- $given := lower .word -}}
{{- $best := "" -}}
{{- $top := 0.3 -}}
{{- range .of -}}
{{- $candidate := lower . -}}
{{- $parts := max 1 (sub (len $candidate) 2) -}}
{{- $shared := 0 -}}
{{- range $i := until (int $parts) -}}
{{- if contains (substr $i (int (min (add $i 3) (len $candidate))) $candidate) $given -}}
{{- $shared = add1 $shared -}}
{{- end -}}
{{- end -}}
{{- $share := divf (mulf 2.0 $shared) (addf $parts (max 1 (sub (len $given) 2))) -}}
{{- if gt $share $top -}}
{{- $top = $share -}}
{{- $best = . -}}
{{- end -}}
{{- end -}}
{{- $best -}}
{{- end }}

{{/*
A value out of a fixed list, in the spelling of the list; compared without case, empty stays empty. This is checked
here and not by the schema: Helm checks the schema first, and its words for a wrong value lead nobody to the right one.
*/}}
{{- define "azimuth.choice" -}}
{{- $given := .value | default "" | toString -}}
{{- $found := "" -}}
{{- range .of -}}
{{- if eq (lower .) (lower $given) -}}{{- $found = . -}}{{- end -}}
{{- end -}}
{{- if and $given (not $found) -}}
{{- $near := include "azimuth.nearest" (dict "word" $given "of" .of) -}}
{{- $hint := ternary (printf " Did you mean `%s`?" $near) "" (ne $near "") -}}
{{- include "azimuth.fail" (printf "%s: `%s` is not known.%s Known are %s." .path $given $hint (join ", " .of)) -}}
{{- end -}}
{{- $found -}}
{{- end }}

{{/* Drops from a mapping, in place, what says nothing: null, empty text, and mappings that are empty then. */}}
{{- define "azimuth.prune" -}}
{{- $map := . -}}
{{- range $key, $value := $map -}}
{{- if kindIs "map" $value -}}{{- include "azimuth.prune" $value -}}{{- end -}}
{{- if or (kindIs "invalid" $value) (and (kindIs "string" $value) (eq (toString $value) "")) (and (kindIs "map" $value) (empty $value)) -}}
{{- $_ := unset $map $key -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Lays one mapping over another, in place: mappings are merged, lists and single values replaced, also by false or 0. */}}
{{- define "azimuth.overlay" -}}
{{- $onto := .onto -}}
{{- range $key, $value := .over -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $onto $key)) -}}
{{- include "azimuth.overlay" (dict "onto" (get $onto $key) "over" $value) -}}
{{- else -}}
{{- $_ := set $onto $key $value -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* A templated list of the values, as a mapping with the key `list`. */}}
{{- define "azimuth.templated" -}}
{{- $read := tpl (dict "list" .value | toYaml) .root | fromYaml -}}
{{- if hasKey $read "Error" -}}
{{- include "azimuth.fail" (printf "%s: after templating it is no YAML: %s" .path (get $read "Error")) -}}
{{- end -}}
{{- toYaml $read -}}
{{- end }}

{{/* Own metrics that Promitor has too, under its prefix (`systemMetricsPrefix: promitor`). */}}
{{- define "azimuth.asPromitor" -}}
{{- $names := "scrape_success|scrape_error|batch_size|ratelimit_arm_throttled|ratelimit_arm|ratelimit_resource_graph_remaining|ratelimit_resource_graph_throttled" -}}
{{- regexReplaceAll (printf "\\bazimuth_(%s)\\b" $names) . "promitor_$1" -}}
{{- end }}

{{/* Port of a URL, or that of its scheme. */}}
{{- define "azimuth.portOf" -}}
{{- $url := urlParse . -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end }}
