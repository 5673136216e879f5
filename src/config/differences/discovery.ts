import { type Condition, type DifferenceSection, mended } from './types.ts';

/** The same condition in both files that may declare groups. */
function inGroups(path: string, rest: { is?: RegExp; atLeast?: number; each?: true } = {}): readonly Condition[] {
  const written = path === '' ? 'resourceDiscoveryGroups' : `resourceDiscoveryGroups[].${path}`;
  return [
    { in: 'discovery', written, ...rest },
    { in: 'declaration', written, ...rest },
  ];
}

const agent: Condition = { in: 'runtime', written: 'resourceDiscovery.host' };

/** The chart, which a configuration folder does not show, and resource discovery. */
export const surroundings: readonly DifferenceSection[] = [
  {
    title: 'Helm chart',
    rows: [
      mended(
        'chart-names',
        'calls Deployment, Service and ConfigMap after the chart; two releases in a namespace clash',
        'calls every object after the release, or as `fullnameOverride` says',
        [],
        'Set `fullnameOverride: promitor-agent-scraper`.',
      ),
      mended(
        'chart-defaults',
        'sets timestamps and logs errors alone in its chart',
        'sets no timestamps and logs from `Information`',
        [],
        'Set the values `metricSinks.prometheusScrapingEndpoint.enableMetricTimestamps` and `telemetry.defaultLogLevel`.',
      ),
      mended(
        'chart-values',
        'ignores unknown and misspelt values',
        'refuses them with the nearest right word',
        [],
        'Correct or remove the value.',
      ),
      mended(
        'chart-secret',
        'wants the key of a service principal in an external Secret, whatever the mode',
        'wants it for a service principal alone',
        [],
      ),
    ],
  },
  {
    title: 'Discovery',
    rows: [
      {
        id: 'several-tags',
        promitor: 'takes several tags for alternatives',
        azimuth: 'wants all of them to fit',
        remedy: 'Declare a group for each tag and name all groups in the metric, or write `criteria.query` with `or`.',
        when: inGroups('criteria.include.tags', { atLeast: 2, each: true }),
      },
      {
        id: 'tag-alternatives',
        promitor: "anchors the ends of `a|b` in a tag's pattern on one side each",
        azimuth: 'wants the whole value to match one of the two',
        remedy: 'Write `a.*|.*b`.',
        when: inGroups('criteria.include.tags.*', { is: /\|/, each: true }),
      },
      mended('quoted-names', 'puts names into the query as they are; a quote breaks it', 'escapes them', inGroups('')),
      mended(
        'odd-app',
        'fails a whole group for one web app with an odd name',
        'finds the others, and reports that one',
        inGroups('type', { is: /^(WebApp|FunctionApp)$/i, each: true }),
      ),
      mended(
        'more-types',
        'cannot discover `SqlServer`, `BlobStorage`, `FileStorage` and `Generic`',
        'can',
        inGroups('type', { is: /^(SqlServer|BlobStorage|FileStorage|Generic)$/i, each: true }),
      ),
      mended(
        'group-names',
        'fails at each request for groups whose names differ in case',
        'reports them as an error, and uses the first',
        [
          { in: 'discovery', problem: 'AZ1150' },
          { in: 'declaration', problem: 'AZ1150' },
        ],
        'Rename one of the groups.',
      ),
      mended(
        'agent-list',
        'has an agent that asks Azure for whoever asks it',
        'answers from the list in force; 503 before there is one',
        inGroups(''),
      ),
      mended('agent-url', "puts the name of a group into the agent's URL as it is", 'encodes it', [agent]),
      mended(
        'agent-pages',
        'takes what pages of the agent bring for the list, whole or not',
        'refuses a list that repeats or does not add up, and keeps the last',
        [agent],
      ),
    ],
  },
];
