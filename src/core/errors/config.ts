import type { ErrorRow } from '../errors.ts';

/** Problems of configuration files (AZ1xxx), reported by `azimuth validate` and at start. */
export const configErrors = {
  AZ1001: {
    title: 'The file is not well-formed YAML',
    remedy: 'Correct the indentation, quote or bracket at the position given.',
  },
  AZ1002: {
    title: 'A key occurs twice in one mapping',
    remedy: 'Keep one of the two; the message names the line of the first.',
  },
  AZ1003: { title: 'The file is empty', remedy: 'Write the configuration into it, or correct the path to the file.' },
  AZ1004: {
    title: 'The file is not text that can be read',
    remedy: 'Save the file as UTF-8 text below 20 MB; check that the path does not lead to something else.',
  },
  AZ1005: {
    title: 'An alias cannot be resolved',
    remedy: 'Define the anchor before the alias, outside of it, and do not multiply aliases by aliases.',
  },
  AZ1006: {
    title: 'A part of the YAML file has no effect',
    remedy: 'Remove the tag or the further document; only the plain texts of the first document are read.',
  },
  AZ1008: {
    title: 'The configuration folder does not exist',
    remedy: 'Name an existing folder with --config-folder or AZIMUTH_CONFIG_FOLDER, or mount one at /config.',
  },
  AZ1007: {
    title: 'A required file is missing or cannot be read',
    remedy: 'Create the file, mount it, or correct the path; check that the process may read it.',
  },
  AZ1010: {
    title: 'A field is not known',
    remedy: 'Correct the spelling as suggested, or remove the field: it is ignored.',
  },
  AZ1011: { title: 'A required field is missing', remedy: 'Add the field named in the message.' },
  AZ1012: {
    title: 'The value is not one of those allowed',
    remedy: 'Use one of the values listed; the metrics declaration compares them with their case.',
  },
  AZ1013: { title: 'The value is not a number in the allowed range', remedy: 'Write a number within the range named.' },
  AZ1014: { title: 'The value is neither true nor false', remedy: 'Write true or false.' },
  AZ1015: {
    title: 'The value is not a duration',
    remedy: 'Write hh:mm:ss, d.hh:mm:ss, an ISO 8601 duration such as PT5M, or a number with s, m, h or d.',
  },
  AZ1016: {
    title: 'The value is not a cron expression',
    remedy: 'Write five fields (minute hour day month weekday), or six with seconds first.',
  },
  AZ1017: { title: 'The value is not a usable URL', remedy: 'Write an absolute URL without user name and password.' },
  AZ1018: { title: 'A required value is blank', remedy: 'Give the field a value.' },
  AZ1019: {
    title: 'A field has the wrong structure',
    remedy: 'Write a mapping, a list or a text as the message says; check the indentation and the dashes.',
  },
  AZ1020: {
    title: 'A text stands where a mapping is expected and is ignored',
    remedy: 'Write the fields of the mapping below the key, or remove the key.',
  },
  AZ1091: { title: 'A setting has no effect', remedy: 'Remove the setting, or leave it: nothing else changes.' },

  AZ1100: { title: 'The version of the declaration is not known', remedy: 'Write `version: v1`.' },
  AZ1101: { title: 'The cloud is not supported', remedy: 'Use Global, China, UsGov or Custom.' },
  AZ1102: {
    title: 'Endpoints are declared for a cloud that has its own',
    remedy: 'Set `cloud: Custom` to use them, or remove `endpoints`.',
  },
  AZ1103: {
    title: 'The audience of the metrics data plane leaves no place for the region',
    remedy: 'Write a URL that contains `metrics`, or give metricsDataPlaneEndpoint.',
  },
  AZ1104: { title: 'A plain http endpoint is not on this machine', remedy: 'Use https; http is for loopback only.' },
  AZ1105: {
    title: 'A template lacks its placeholder',
    remedy: 'Put the placeholder named in the message into the URL.',
  },
  AZ1106: {
    title: 'The custom cloud declares no Log Analytics endpoint',
    remedy: 'Add azureMetadata.endpoints.logAnalyticsEndpoint, or remove the metric.',
  },
  AZ1110: {
    title: 'The metric name is not valid in Prometheus',
    remedy: 'Use letters, digits, `_` and `:`, and no digit at the start.',
  },
  AZ1111: { title: 'Two metrics have the same name', remedy: 'Rename one; the first of them is used.' },
  AZ1112: {
    title: 'Two metrics would write the same family',
    remedy: 'Rename one of the metrics; names are extended when several Azure metrics or aggregations are listed.',
  },
  AZ1113: { title: 'The declaration has no metrics', remedy: 'Add an entry to `metrics`; nothing is scraped without.' },
  AZ1114: {
    title: 'A label name is changed to be valid in Prometheus',
    remedy: 'Write the name as the message gives it, so that both agree.',
  },
  AZ1115: { title: 'A label name is reserved by Prometheus', remedy: 'Do not begin label names with two underscores.' },
  AZ1116: { title: 'Two labels of one mapping get the same name', remedy: 'Rename one; the first of them is used.' },
  AZ1117: {
    title: 'A label collides with one that every series has',
    remedy: 'Rename it; the value that Azimuth sets itself wins.',
  },
  AZ1120: { title: 'The resource type is a placeholder', remedy: 'Name the type of the Azure resource.' },
  AZ1121: { title: 'The configuration of the query is missing', remedy: 'Add the mapping named in the message.' },
  AZ1122: {
    title: 'A query is configured that the resource type does not use',
    remedy: 'Remove the mapping named in the message; it is ignored.',
  },
  AZ1123: {
    title: 'A metric has nothing to scrape',
    remedy: 'Add at least one entry to `resources` or `resourceDiscoveryGroups`.',
  },
  AZ1124: { title: 'Two fields exclude each other', remedy: 'Keep one of the fields named in the message.' },
  AZ1125: {
    title: 'No aggregation interval is known',
    remedy: 'Set aggregation.interval on the metric, or metricDefaults.aggregation.interval.',
  },
  AZ1126: { title: 'The aggregation None has no value', remedy: 'Choose Average, Count, Minimum, Maximum or Total.' },
  AZ1127: { title: 'A deprecated field is used', remedy: 'Move to the field named in the message.' },
  AZ1128: { title: 'A limit that is not an integer is ignored', remedy: 'Write an integer from 1 to 10000.' },
  AZ1130: { title: 'A duration is zero', remedy: 'Write a duration longer than zero.' },
  AZ1131: {
    title: 'The log query returns no column named result',
    remedy: 'End the query with `project result`.',
  },
  AZ1132: { title: 'A list entry has no effect', remedy: 'Remove the blank or repeated entry.' },
  AZ1133: {
    title: 'A dimension would overwrite a label that every series has',
    remedy: 'Use the label name given in the message in dashboards and alerts.',
  },
  AZ1141: {
    title: 'An entity is declared and split by at once',
    remedy: 'Remove the dimension, or the field of the resource.',
  },
  AZ1142: { title: 'Too many dimensions for the resource type', remedy: 'Keep as many as the message says.' },
  AZ1143: {
    title: 'A field of the resource works with certain metrics only',
    remedy: 'Remove the field, or use a metric named in the message.',
  },
  AZ1144: { title: 'The value is known but not supported', remedy: 'Use one of the values listed.' },
  AZ1145: { title: 'The resource type does not offer this metric', remedy: 'Use a metric named in the message.' },
  AZ1146: { title: 'A secret has no source', remedy: 'Name an environment variable, or give rawValue.' },
  AZ1147: { title: 'A secret has two sources', remedy: 'Remove rawValue; the environment variable is used.' },
  AZ1148: { title: 'The environment variable of a secret is not set', remedy: 'Set the variable for the process.' },
  AZ1159: {
    title: 'Two files of the declaration contradict each other',
    remedy: 'Keep what the message names in one file, or say the same in both.',
  },
  AZ1150: {
    title: 'Two resource discovery groups have the same name',
    remedy: 'Rename one; names compare without case and across both files, and the first is used.',
  },
  AZ1151: {
    title: 'A metric names a resource discovery group that is not defined',
    remedy: 'Correct the name, define the group, or name a discovery agent in runtime.yaml.',
  },
  AZ1152: { title: 'Resources of the type cannot be discovered', remedy: 'List them under `resources`.' },
  AZ1153: {
    title: 'A pattern is not a regular expression that Azure takes',
    remedy: 'Write it in the syntax of RE2, which has no look-around and no references to groups.',
  },
  AZ1154: {
    title: 'ARM types and type of a group do not fit',
    remedy: 'Give `armTypes` with `type: Generic`, and only then; write them as provider and type.',
  },
  AZ1155: {
    title: 'A group finds resources of another type than its metric',
    remedy: 'Change the type of the group or of the metric, if that was not meant.',
  },
  AZ1156: {
    title: 'The landscape cannot be used',
    remedy: 'Declare it once, each tenant once with its subscriptions, in the cloud of azureMetadata.',
  },
  AZ1157: {
    title: 'The condition of a group is not a single condition',
    remedy: 'Write what would stand after `where`, with every bracket and quote closed.',
  },
  AZ1158: {
    title: 'Criteria name a subscription outside of the landscape',
    remedy: 'Add the subscription to azureLandscape, or remove it from the criteria.',
  },

  AZ1160: {
    title: 'The path of a property cannot be used',
    remedy:
      'Write names joined by dots as Azure Resource Graph shows them, such as location, sku.name or properties.state.',
  },
  AZ1201: { title: 'The identity has no client id', remedy: 'Set the field or the variable named in the message.' },
  AZ1202: { title: 'The identity has no secret', remedy: 'Set one of the fields or variables named in the message.' },
  AZ1203: { title: 'A file named in the configuration does not exist', remedy: 'Mount the file or correct the path.' },
  AZ1204: {
    title: 'Only one half of the path to the secret file is given',
    remedy: 'Set both secretFilePath and secretFileName.',
  },
  AZ1206: {
    title: 'Application Insights cannot be reached with what is given',
    remedy: 'Give the instrumentation key (a GUID) or the connection string of the resource.',
  },
  AZ1205: {
    title: 'The protection of the endpoint cannot be set up',
    remedy: 'Correct the field of the web configuration file that the message names.',
  },
  AZ1149: {
    title: 'A resource has a name that no Azure resource can have',
    remedy: 'Write the name alone: no path, no URL, no characters that stand for something else in a URL.',
  },
  AZ1207: { title: 'A sink has no credential', remedy: 'Set the variable named in the message.' },
  AZ1209: {
    title: 'Entries of the Statuspage mapping do not fit',
    remedy: 'Map each id once, to a declared metric with one resource and no discovery group.',
  },
  AZ1220: {
    title: 'An environment override does not fit the file',
    remedy: 'Correct the path in the name of the variable: levels are joined by `__`, list items named by index.',
  },
  AZ1221: {
    title: 'An environment variable looks like an override and is not one',
    remedy: 'Name it AZIMUTH_YAML_OVERRIDE_ and the path.',
  },
  AZ1222: {
    title: 'An OTEL_ variable has a value that cannot be used',
    remedy:
      'Correct or remove the variable, or set the field of metricSinks.openTelemetryCollector, which goes before it.',
  },
} as const satisfies Record<`AZ1${number}`, ErrorRow>;
