import type { ExplainedBucket, Explanation } from './explain.ts';

/** An explanation for people, as `azimuth explain` prints it. */
export function explanationText(explanation: Explanation): string {
  const { metric, resource, query, buckets, age, lag, idleSearch, failure, quarantine, schedule } = explanation;
  const rows: (readonly [string, string])[] = [
    ['value', explanation.value === null ? 'none' : String(explanation.value)],
    ['why', explanation.summary],
    ['metric', `${metric.azureMetric}, ${metric.aggregation} (declared as ${metric.name})`],
    ['resource', `${resource.id} (${resource.type})`],
    ['schedule', scheduleText(schedule)],
    ...(query === undefined ? [] : queryRows(query)),
    ...(age === undefined
      ? []
      : [
          [
            'age',
            `${duration(age.seconds)}${age.maxSeconds === undefined ? '' : `; shown up to ${duration(age.maxSeconds)}`}`,
          ] as const,
        ]),
    ...(lag === undefined ? [] : [['lag', `${duration(lag.seconds)} (${lag.state})`] as const]),
    ...(idleSearch === undefined ? [] : [['idle', `data is looked for further back at ${idleSearch.at}`] as const]),
    ...(failure === undefined
      ? []
      : [
          [
            'failure',
            `${failure.code}${failure.requestId === undefined ? '' : `, request ${failure.requestId}`}`,
          ] as const,
        ]),
    ...(quarantine === undefined
      ? []
      : [['quarantine', `${quarantine.error.code}, until ${quarantine.until}`] as const]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
  return [
    explanation.series,
    ...lines,
    ...(buckets === undefined || buckets.length === 0 ? [] : ['  buckets', ...bucketLines(buckets)]),
    '  labels',
    ...labelLines(explanation),
    '',
  ].join('\n');
}

function scheduleText({ text, lastRun, nextRun }: Explanation['schedule']): string {
  const parts = [
    ...(lastRun === undefined ? ['no run yet'] : [`last run ${lastRun}`]),
    ...(nextRun === undefined ? [] : [`next ${nextRun}`]),
  ];
  return `${text} (${parts.join(', ')})`;
}

function queryRows(query: NonNullable<Explanation['query']>): (readonly [string, string])[] {
  const { mode, resources, metricNames, from, to, intervalSeconds, aggregations, filter, limit } = query;
  const shared = `${count(resources, 'resource')} and ${count(metricNames, 'metric name')}`;
  return [
    ['query', `${mode} call for ${shared}${query.why === undefined ? '' : `: ${query.why}`}`],
    ['window', `${from} to ${to}, buckets of ${duration(intervalSeconds)}, ${aggregations.join(', ')}`],
    ...(filter === undefined ? [] : [['filter', `${filter}; at most ${limit} series`] as const]),
    ...(query.requestId === undefined ? [] : [['request', query.requestId] as const]),
  ];
}

function bucketLines(buckets: readonly ExplainedBucket[]): string[] {
  return buckets.map(({ start, end, value, verdict }) => {
    const mark = verdict === 'chosen' ? '>' : ' ';
    return `  ${mark} ${start} to ${end}  ${(value === null ? '-' : String(value)).padStart(12)}  ${verdict}`;
  });
}

function labelLines({ labels }: Explanation): string[] {
  const width = Math.max(...labels.map(({ name }) => name.length));
  return labels.map(({ name, value, source }) => `    ${name.padEnd(width)}  ${value}  (${source})`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `45 s`, `5 min`, `1 h 30 min`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const parts = [
    ...(hours > 0 ? [`${hours} h`] : []),
    ...(minutes > 0 ? [`${minutes} min`] : []),
    ...(rest > 0 && hours === 0 ? [`${rest} s`] : []),
  ];
  return parts.join(' ');
}
