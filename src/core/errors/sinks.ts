import type { ErrorRow } from '../errors.ts';

/** Sinks that are pushed to (AZ4xxx). */
export const sinkErrors = {
  AZ4001: {
    title: 'The receiver of a sink cannot be reached',
    remedy: 'Check the address in metricSinks, DNS, egress rules and certificates; Azimuth keeps trying.',
  },
  AZ4002: {
    title: 'The receiver of a sink did not answer in time',
    remedy: 'See how the receiver fares; Azimuth keeps trying, other sinks and /metrics are not affected.',
  },
  AZ4003: {
    title: 'The receiver of a sink is not able to take samples for now',
    remedy: 'Usually overload or a rate limit at the receiver; Azimuth waits as asked and tries again.',
  },
  AZ4004: {
    title: 'The receiver of a sink refused samples for good',
    remedy: 'Read the quoted answer: usually an address, a credential or an id that is wrong.',
  },
  AZ4005: {
    title: 'The queue of a sink is full',
    remedy: 'The oldest runs are dropped and counted; mend the receiver, or give it more capacity.',
  },
  AZ4006: {
    title: 'Samples were given up after many attempts',
    remedy: 'The receiver kept failing for longer than the sink waits; see the error before this one.',
  },
  AZ4007: {
    title: 'Samples were left over at the end',
    remedy:
      'The receiver was too slow or failing when the program stopped; raise server.shutdownGraceSeconds if it is slow.',
  },
  AZ4008: {
    title: 'A defect in a sink surfaced',
    remedy: 'Report it with the log line. The batch is dropped and counted, the sink goes on.',
  },
  AZ4009: {
    title: 'The progress of remote write cannot be read',
    remedy:
      'The file is damaged or of another version; Azimuth begins at resumeFrom again and replaces it. Receivers may refuse some samples once.',
  },
  AZ4010: {
    title: 'The progress of remote write cannot be written',
    remedy: 'Make the state folder writable, or free its disk; deliveries go on, a restart then begins further back.',
  },
} as const satisfies Record<`AZ4${number}`, ErrorRow>;
