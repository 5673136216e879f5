{{/* Environment of the container; entries of `deployment.env.extra` come last and win. */}}
{{- define "azimuth.env" -}}
{{- $effective := include "azimuth.effective" . | fromYaml -}}
{{- $auth := .Values.azureAuthentication -}}
{{- $secrets := .Values.secrets -}}
{{- $statuspage := .Values.metricSinks.atlassianStatuspage -}}
{{- $keys := list -}}
{{- if or $auth.identity.key $auth.appKey (and (not $secrets.createSecret) $effective.needsKey) -}}
{{- $keys = append $keys (dict "name" "AZIMUTH_AUTH_APPKEY" "key" $secrets.appKeySecret) -}}
{{- end -}}
{{- if and (or $auth.certificate.secretName $auth.certificate.filePath) (or $auth.certificate.password (not $secrets.createSecret)) -}}
{{- $keys = append $keys (dict "name" "AZIMUTH_AUTH_CERTIFICATE_PASSWORD" "key" $secrets.certificatePassword) -}}
{{- end -}}
{{- if or $statuspage.apiKey (and $statuspage.enabled (not $secrets.createSecret)) -}}
{{- $keys = append $keys (dict "name" "AZIMUTH_ATLASSIAN_STATUSPAGE_APIKEY" "key" $secrets.atlassianStatuspageApiKey) -}}
{{- end -}}
{{- if include "azimuth.remoteWrite" . -}}
{{- $remote := .Values.metricSinks.prometheusRemoteWrite.authentication -}}
{{- if or $remote.basic.password (and $remote.basic.username (not $remote.basic.passwordFilePath) (not $secrets.createSecret)) -}}
{{- $keys = append $keys (dict "name" "AZIMUTH_REMOTE_WRITE_PASSWORD" "key" $secrets.remoteWritePassword) -}}
{{- end -}}
{{- if or $remote.bearer.token (and $remote.bearer.enabled (not $remote.bearer.tokenFilePath) (not $secrets.createSecret)) -}}
{{- $keys = append $keys (dict "name" "AZIMUTH_REMOTE_WRITE_TOKEN" "key" $secrets.remoteWriteToken) -}}
{{- end -}}
{{- end -}}
{{- range $keys }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ include "azimuth.secretName" $ }}
      key: {{ .key | quote }}
      {{- if eq .name "AZIMUTH_AUTH_CERTIFICATE_PASSWORD" }}
      optional: true
      {{- end }}
{{- end }}
{{- if $auth.workloadIdentity.projectToken }}
- name: AZURE_CLIENT_ID
  value: {{ $effective.identityId | quote }}
- name: AZURE_TENANT_ID
  value: {{ $auth.workloadIdentity.tenantId | default .Values.azureMetadata.tenantId | quote }}
- name: AZURE_FEDERATED_TOKEN_FILE
  value: /var/run/secrets/azure/tokens/azure-identity-token
{{- end }}
{{- with .Values.deployment.env.extra }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "azimuth.writesTmp" -}}
{{- if and .Values.containerSecurityContext.enabled .Values.containerSecurityContext.readOnlyRootFilesystem }}true{{ end -}}
{{- end }}

{{- define "azimuth.volumeMounts" -}}
- name: config
  mountPath: /config
  readOnly: true
{{- if include "azimuth.writesTmp" . }}
- name: tmp
  mountPath: /tmp
{{- end }}
{{- if .Values.azureAuthentication.certificate.secretName }}
- name: certificate
  mountPath: /certificate
  readOnly: true
{{- end }}
{{- if .Values.azureAuthentication.workloadIdentity.projectToken }}
- name: identity-token
  mountPath: /var/run/secrets/azure/tokens
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "azimuth.volumes" -}}
- name: config
  configMap:
    name: {{ include "azimuth.fullname" . }}
{{- if include "azimuth.writesTmp" . }}
- name: tmp
  emptyDir: {}
{{- end }}
{{- with .Values.azureAuthentication.certificate.secretName }}
- name: certificate
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .Values.azureAuthentication.workloadIdentity }}
{{- if .projectToken }}
- name: identity-token
  projected:
    sources:
      - serviceAccountToken:
          path: azure-identity-token
          audience: {{ .audience | quote }}
          expirationSeconds: {{ .expirationSeconds }}
{{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "azimuth.podLabels" -}}
{{- $effective := include "azimuth.effective" . | fromYaml -}}
{{- $workload := .Values.azureAuthentication.workloadIdentity -}}
{{- $labels := include "azimuth.selectorLabels" . | fromYaml -}}
{{- with .Values.azureAuthentication.identity.binding -}}
{{- $_ := set $labels "aadpodidbinding" . -}}
{{- end -}}
{{- if and $effective.usesWorkloadIdentity (not $workload.projectToken) -}}
{{- $_ := set $labels "azure.workload.identity/use" "true" -}}
{{- end -}}
{{- toYaml (merge $labels .Values.podLabels .Values.commonLabels) -}}
{{- end }}

{{- define "azimuth.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
  scheme: {{ .scheme }}
initialDelaySeconds: {{ .probe.delay }}
periodSeconds: {{ .probe.interval }}
timeoutSeconds: {{ .probe.timeoutSeconds }}
failureThreshold: {{ .probe.thresholds.failure }}
successThreshold: {{ .probe.thresholds.success }}
{{- end }}

{{- define "azimuth.spread" -}}
{{- $constraints := list -}}
{{- range .Values.topologySpreadConstraints -}}
{{- $own := dict "labelSelector" (dict "matchLabels" (include "azimuth.selectorLabels" $ | fromYaml)) -}}
{{- $constraints = append $constraints (merge (deepCopy .) $own) -}}
{{- end -}}
{{- toYaml $constraints -}}
{{- end }}
