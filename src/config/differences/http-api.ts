import { type DifferenceSection, mended } from './types.ts';

/** Answers of Promitor's HTTP API. Of most, a configuration cannot show whether anybody asks for them. */
export const httpApi: DifferenceSection = {
  title: 'HTTP API',
  rows: [
    mended('sas-tokens', 'shows SAS tokens in clear in the metric declaration', 'shows `***`', [
      { in: 'declaration', written: 'metrics[].resources[].sasToken' },
    ]),
    mended(
      'failed-runs',
      'takes a run in which everything failed for fresh data, and lets any schedule vouch for all',
      'judges each schedule by its results, and tells the reasons',
      [],
    ),
    mended(
      'hours-of-schedules',
      'takes a schedule for stale outside of its hours',
      'expects nothing while no run was due',
      [],
    ),
    mended(
      'agent-health',
      'asks the discovery agent for its health at each request',
      'tells what the last refresh of each group came to',
      [{ in: 'runtime', written: 'resourceDiscovery.host' }],
    ),
    mended('declaration-in-force', 'reads the declaration anew at each request', 'shows the metrics in force', []),
    mended('api-page', 'has an API page that loads scripts', 'has one of plain HTML', []),
  ],
};
