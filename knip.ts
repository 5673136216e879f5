import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: ['src/cli/main.ts', 'bench/*.ts', 'scripts/*.ts', 'test/**/*.test.ts'],
  project: ['src/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts', 'test/**/*.ts'],
  // Brings the Node that every npm script runs with; nothing imports it. The others are receivers of sinks, which tests
  // start or require by path.
  ignoreDependencies: ['azimuth-node', 'statsd', 'otlp-decode'],
  // A type in the signature of an exported function is part of what the function says.
  ignoreExportsUsedInFile: { interface: true, type: true },
};

export default config;
