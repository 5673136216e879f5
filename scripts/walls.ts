/** One room of `src`: the rooms it may import, and the packages and Node modules that are its own. */
export interface Room {
  readonly may: readonly string[];
  /** Names of packages and Node modules, as regular expressions. */
  readonly own: readonly string[];
}

/** The import table. Every room may also import the `ports.ts` of any other. A folder without a row fails the gate. */
export const rooms: Readonly<Record<string, Room>> = {
  core: { may: [], own: ['node:util', 'node:buffer'] },
  catalogue: { may: ['core'], own: [] },
  config: { may: ['core', 'catalogue'], own: ['yaml', 'zod', 'node:fs.*', 'node:path', 'node:os', 'node:crypto'] },
  discovery: { may: ['core', 'catalogue'], own: ['node:http'] },
  promitor: { may: ['core', 'catalogue', 'discovery'], own: [] },
  plan: { may: ['core', 'catalogue'], own: [] },
  store: { may: ['core'], own: [] },
  scrape: { may: ['core', 'plan', 'store'], own: [] },
  status: { may: ['core', 'plan', 'scrape'], own: [] },
  check: { may: ['core', 'plan'], own: [] },
  schedule: { may: ['core'], own: ['node-cron'] },
  azure: {
    may: ['core', 'catalogue'],
    own: [
      '@azure/.*',
      'node:https',
      'node:http',
      'node:fs.*',
      'node:crypto',
      'node:tls',
      'node:util',
      'node:zlib',
      'node:async_hooks',
    ],
  },
  'sinks/feed': { may: ['core'], own: [] },
  'sinks/http': { may: ['core'], own: ['node:http', 'node:https'] },
  'sinks/statsd': { may: ['core', 'sinks/feed'], own: ['node:dgram', 'node:net'] },
  'sinks/otlp': {
    may: ['core', 'sinks/feed', 'sinks/http'],
    own: ['@opentelemetry/.*', '@grpc/grpc-js', 'node:https?', 'node:zlib', 'node:util'],
  },
  'sinks/statuspage': { may: ['core', 'sinks/feed', 'sinks/http'], own: ['node:https?'] },
  'sinks/remote-write': {
    may: ['core', 'sinks/feed', 'sinks/http'],
    own: ['snappyjs', 'node:https?', 'node:fs.*', 'node:path'],
  },
  'sinks/hub': {
    may: ['core', 'sinks/feed', 'sinks/statsd', 'sinks/otlp', 'sinks/statuspage', 'sinks/remote-write'],
    own: [],
  },
  'sinks/prometheus': { may: ['core', 'store'], own: ['node:zlib', 'node:util', 'node:events', 'node:timers.*'] },
  http: {
    may: ['core'],
    own: ['express', 'bcryptjs', 'node:https?', 'node:net', 'node:tls', 'node:crypto', 'node:worker_threads'],
  },
  telemetry: { may: ['core'], own: ['pino', 'pino-pretty', 'prom-client', 'node:async_hooks', 'node:stream'] },
  emulator: {
    may: ['core', 'catalogue'],
    own: [
      'selfsigned',
      'snappyjs',
      'yaml',
      'zod',
      'node:https?',
      'node:net',
      'node:tls',
      'node:crypto',
      'node:zlib',
      'node:util',
    ],
  },
};

/** What sits above the rooms and may import everything: the composition root and the commands. */
export const roofs: readonly string[] = ['cli', 'compose'];

interface ForbiddenRule {
  readonly name: string;
  readonly severity: 'error';
  readonly from: { readonly path: string };
  readonly to: { readonly pathNot?: readonly string[]; readonly path?: string; readonly circular?: boolean };
}

/** The table as rules of dependency-cruiser. */
export function wallRules(): ForbiddenRule[] {
  const rules = Object.entries(rooms).map(([room, { may, own }]): ForbiddenRule => {
    const names = own.map((name) => name.replace(/^node:/, '')).join('|');
    const packages = own.length === 0 ? [] : [`node_modules/(@types/)?(${names})(/|$)`, `^(node:)?(${names})$`];
    return {
      name: `room-${room.replace('/', '-')}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { pathNot: [`^src/(${[room, ...may].join('|')})/`, '^src/.+/ports\\.ts$', ...packages] },
    };
  });
  const roof: ForbiddenRule = {
    name: 'compose-does-not-know-cli',
    severity: 'error',
    from: { path: '^src/(compose/|exporter|reload)' },
    to: { path: '^src/cli/' },
  };
  return [...rules, roof];
}
