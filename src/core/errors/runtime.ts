import type { ErrorRow } from '../errors.ts';

/** Start-up and operation (AZ2xxx). */
export const runtimeErrors = {
  AZ2001: {
    title: 'The port cannot be listened on',
    remedy: 'Free the port, or set another one with server.httpPort or --port.',
  },
  AZ2002: {
    title: 'Nothing is scraped yet',
    remedy: 'Wait for the first run of the schedule; if it lasts, the reasons that follow say what it waits for.',
  },
  AZ2003: {
    title: 'The scheduler stands still',
    remedy: 'A defect or a frozen process: restart it, and report it with the log of the last minutes.',
  },
  AZ2004: {
    title: 'A run crashed',
    remedy: 'A defect of Azimuth: report it with the log line. The schedule goes on.',
  },
  AZ2005: {
    title: 'A run was skipped',
    remedy: 'The run before it took longer than the period: use a longer schedule, or see which calls are slow.',
  },
  AZ2007: {
    title: 'A defect of the program surfaced',
    remedy: 'Report it with the log line.',
  },
  AZ2010: {
    title: 'The declared interval is not offered',
    remedy: 'Declare the interval named in the message, to make it explicit.',
  },
  AZ2011: {
    title: 'The series limit is reached',
    remedy: 'Raise seriesLimit in runtime.yaml, or split by fewer dimensions.',
  },
  AZ2012: {
    title: 'The number of series reached the limit of the query',
    remedy: 'Raise `limit` of the metric (at most 10000), or narrow it by a filter; series beyond it are cut by Azure.',
  },
  AZ2020: {
    title: 'The plan makes more calls than the call budget allows',
    remedy: 'Raise callBudget.callsPerHour, declare longer schedules, or let resources share calls; see azimuth plan.',
  },
  AZ2021: {
    title: "The plan makes more calls than Azure's limits allow, or nearly so",
    remedy: 'Use batch mode, longer schedules or fewer resources; azimuth plan shows the share of each limit.',
  },
  AZ2030: {
    title: 'A changed web configuration is not used',
    remedy: 'Mend what the message names; until then certificate, users and headers stay as they were.',
  },
  AZ2031: {
    title: 'A changed configuration is not used',
    remedy:
      'Mend what the messages before it name, or what `azimuth validate` prints, and save the file; until then everything stays as it was.',
  },
  AZ2032: {
    title: 'A change of the configuration counts from the next start',
    remedy: 'Restart the program when the named settings shall count. Everything else is in force already.',
  },
  AZ2060: {
    title: 'Log events do not reach Application Insights',
    remedy: 'Check the instrumentation key or connection string, and that the ingestion endpoint can be reached.',
  },
  AZ2034: {
    title: 'A resource discovery group is suddenly much shorter',
    remedy:
      'Nothing to mend if the resources are gone: the next refresh confirms it. Otherwise check the roles of the identity and the criteria of the group.',
  },
  AZ2040: {
    title: 'The discovery agent does not answer as it should',
    remedy:
      'Check resourceDiscovery.host and port, and the log of the agent. The last good list stays in force meanwhile.',
  },
  AZ2041: {
    title: 'The discovery agent does not know the group',
    remedy: 'Declare the group at the agent, correct its name, or define it in resourceDiscoveryGroups here.',
  },
  AZ2042: {
    title: 'The discovery agent cannot find resources of this type',
    remedy: 'Define the group in resourceDiscoveryGroups here; Azimuth then finds the resources by itself.',
  },
  AZ2043: {
    title: 'The discovery agent gave no whole list',
    remedy:
      'Nothing to do when it happens once: the list changed while it was read. If it lasts, read the reason and the log of the agent.',
  },
  AZ2050: {
    title: 'Tags and properties of resources cannot be looked up',
    remedy:
      'Read the quoted reason; usually the identity needs the role Reader. Labels keep their last values meanwhile.',
  },
  AZ2080: {
    title: 'Data is not fresh',
    remedy: 'No run of the schedule has had a result for two of its periods; the reasons that follow say why.',
  },
  AZ2081: {
    title: 'The process stood still',
    remedy:
      'It was frozen or starved: see the limits of CPU and the load of the machine. If neither is short, report it as a defect.',
  },
  AZ2082: {
    title: 'The log cannot be written',
    remedy: 'Make room where standard error is written to, or see who closed it. Scraping goes on; the lines are lost.',
  },
} as const satisfies Record<`AZ2${number}`, ErrorRow>;
