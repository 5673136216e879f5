import { type Condition, type DifferenceSection, mended } from './types.ts';

const statsd: Condition = { in: 'runtime', written: 'metricSinks.statsd' };
const collector: Condition = { in: 'runtime', written: 'metricSinks.openTelemetryCollector' };
const statuspage: Condition = { in: 'runtime', written: 'metricSinks.atlassianStatuspage' };
const pushed: readonly Condition[] = [statsd, collector, statuspage];

/** Sinks that are pushed to. */
export const sinks: DifferenceSection = {
  title: 'Sinks',
  rows: [
    mended('no-value-sent', 'sends 0 where there is no value', 'leaves it out and counts it', pushed),
    mended(
      'sink-that-hangs',
      'lets a sink without an answer hold up the scrape, and repeats nothing',
      'has a queue, a deadline and retries for each sink',
      pushed,
    ),
    mended(
      'negative-gauges',
      'sends a negative gauge to StatsD, which takes it for a decrement',
      'sets it, by way of 0 in the same datagram',
      [statsd],
    ),
    mended(
      'datagrams',
      'sends one StatsD datagram for each value',
      'lets values share datagrams',
      [statsd],
      'None is needed.',
    ),
    mended(
      'repeated-values',
      'sends every value that it ever saw to OpenTelemetry again each minute, at the time of sending',
      'sends the values of a run after the run, at the end of their buckets',
      [collector],
    ),
    {
      id: 'service-name',
      promitor: 'has the `service.name` `promitor-scraper` and the meter `Promitor.Scraper.Metrics.AzureMonitor`',
      azimuth: 'calls both `azimuth`; the first follows `OTEL_SERVICE_NAME`',
      remedy: 'Set the variable `OTEL_SERVICE_NAME=promitor-scraper`; the name of the meter stays.',
      when: [collector],
    },
    mended(
      'statuspage-limit',
      'makes a request to Statuspage for each value at once, over its limit too',
      'makes a request a second, with the newest value of each metric',
      [statuspage],
    ),
  ],
};
