import { type Condition, type DifferenceSection, mended } from './types.ts';

const metrics: Condition = { in: 'declaration', written: 'metrics' };
const dimensions: readonly Condition[] = [
  { in: 'declaration', written: 'metrics[].azureMetricConfiguration.dimensions' },
  { in: 'declaration', written: 'metrics[].azureMetricConfiguration.dimension' },
];
const batching: Condition = {
  in: 'runtime',
  written: 'azureMonitor.integration.metricsBatching.enabled',
  is: /^true$/i,
};
const schedules: readonly Condition[] = [
  { in: 'declaration', written: 'metricDefaults.scraping.schedule' },
  { in: 'declaration', written: 'metrics[].scraping.schedule' },
];
const atAnHour = /^(\S+\s+){1,2}\d/;

/** What a scrape asks for, and what comes of it. */
export const scraping: readonly DifferenceSection[] = [
  {
    title: 'Values',
    rows: [
      {
        id: 'newest-bucket',
        promitor: 'shows the bucket with the newest time stamp, often still filling or without a value',
        azimuth: 'shows the newest complete bucket with data',
        remedy: 'None; `azureMetricConfiguration.delay` says how long after its end a bucket counts as complete.',
        when: [metrics],
      },
      {
        id: 'window',
        promitor: 'asks for twelve hours each time',
        azimuth: 'asks for a few grains and what is known of the lag; the history is an upper bound',
        remedy: 'None is needed; `azureMonitor.integration.history` bounds how far a search for data goes.',
        when: [{ in: 'runtime', written: 'azureMonitor.integration.history' }, metrics],
      },
      mended('late-metrics', 'shows nothing of a metric that is late', 'learns how late it is', [metrics]),
      {
        id: 'last-value',
        promitor: 'keeps the last value of a failing resource for ever',
        azimuth: 'keeps it for `staleAfter` (three periods, at least 15 minutes)',
        remedy: 'Write a long `metricDefaults.azureMetricConfiguration.staleAfter`.',
        when: [metrics],
      },
      mended('deleted-resources', 'keeps the series of a deleted resource for ever', 'removes them at once', [metrics]),
      mended(
        'declared-entity',
        'fails without a dimension for Service Bus, Event Hubs and Data Share with a declared entity',
        'gives one series, labelled with the entity',
        [
          { in: 'declaration', written: 'metrics[].resources[].queueName' },
          { in: 'declaration', written: 'metrics[].resources[].topicName' },
          { in: 'declaration', written: 'metrics[].resources[].shareName' },
        ],
      ),
      mended(
        'empty-dimension',
        'fails the whole scrape for a series without a value for a dimension',
        'gives that series an empty label',
        dimensions,
      ),
      mended(
        'no-series',
        'gives one series whose labels read `unknown` when there is no data with dimensions',
        'gives no series',
        dimensions,
        'None; alert on `absent()` where a series must be there.',
      ),
      mended('case-of-values', 'shows series twice that differ only in case', 'shows one series', dimensions),
      mended(
        'generic-filter',
        'takes filters of `Generic` apart; only `eq` and `and` survive',
        'sends them word for word',
        [{ in: 'declaration', written: 'metrics[].resources[].filter', each: true }],
      ),
    ],
  },
  {
    title: 'Calls',
    rows: [
      {
        id: 'shared-calls',
        promitor: 'asks once for each resource and metric, after reading definitions of each resource',
        azimuth: 'shares a call among up to twenty metrics of a resource; definitions are read after a refusal only',
        remedy: 'None is needed; `azimuth plan` shows every call.',
        when: [metrics],
      },
      mended(
        'batch-regions',
        'knows one region and one metric name a call in batch mode',
        'takes every region and subscription, and up to twenty names',
        [batching],
      ),
      mended(
        'batch-entities',
        'ignores queues, topics and filters in batch mode',
        'lets entities share a call through a joined filter',
        [batching],
      ),
      mended(
        'wrong-name',
        'loses a whole batch to one wrong name',
        'finds the culprit, asks it apart, and delivers the rest in the same run',
        [batching],
      ),
    ],
  },
  {
    title: 'Labels',
    rows: [
      mended(
        'dimension-collision',
        'loses the values of a dimension whose label is taken',
        'renames it `dimension_<name>`',
        dimensions,
      ),
      mended(
        'label-characters',
        'replaces `/` only in names of labels; other illegal characters lose the values',
        'replaces every illegal character by `_`; a leading digit gets `_` before it',
        [
          ...dimensions,
          { in: 'declaration', written: 'metricDefaults.labels' },
          { in: 'declaration', written: 'metrics[].labels' },
        ],
      ),
      mended(
        'workspace-uri',
        "leaves the resource group out of a workspace's `resource_uri` when it is inherited",
        'puts the effective one in',
        [{ in: 'declaration', written: 'metrics[].resources[].workspaceId' }],
      ),
      mended(
        'declared-twice',
        'scrapes a resource twice that is declared twice',
        'scrapes it once',
        [{ in: 'declaration', written: 'metrics[].resources', atLeast: 2 }],
        'None is needed.',
      ),
    ],
  },
  {
    title: 'Schedules',
    rows: [
      {
        id: 'overlap',
        promitor: 'lets runs of one schedule overlap',
        azimuth: 'skips and counts a run while the one before it is going',
        remedy: 'None; see `azimuth_scrape_skipped_total`, and give such metrics a longer schedule.',
        when: schedules,
      },
      {
        id: 'summer-time',
        promitor:
          'runs a daily time in the hour that summer time skips at the end of the gap, and one in the repeated hour once',
        azimuth: 'leaves it out that day, and runs it twice',
        remedy: 'Leave `TZ` unset (UTC), or choose another hour.',
        when: schedules.map((one) => ({ ...one, is: atAnHour, each: true as const })),
      },
      mended(
        'dates-that-never-come',
        'takes dates that never come, and never runs',
        'refuses them',
        [{ in: 'declaration', problem: 'AZ1016' }],
        'Correct the expression.',
      ),
      {
        id: 'time-budget',
        promitor: 'lets calls go on that outlive the time budget of a run (`mutexTimeoutSeconds`)',
        azimuth: 'aborts them; the setting is the longest that one query may take, and a run may take its period',
        remedy: 'None is needed.',
        when: [{ in: 'runtime', written: 'concurrency.mutexTimeoutSeconds' }, ...schedules],
      },
    ],
  },
];
