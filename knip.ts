import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: ['src/cli/main.ts', 'src/http/password-worker.ts', 'bench/*.ts', 'scripts/*.ts', 'test/**/*.test.ts'],
  project: ['src/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts', 'test/**/*.ts'],
  // Nothing imports them: the Node that every npm script runs with, the archives that hold Helm, the models of
  // Kubernetes, whose modules tests choose by the kind of a manifest, and receivers of sinks, which tests start by path.
  ignoreDependencies: [
    'azimuth-node',
    'helm3-layer',
    'helm4-layer',
    'kubernetes-models',
    '@kubernetes-models/prometheus-operator',
    'statsd',
    'otlp-decode',
  ],
  // Of the machine; tests that need it are skipped without it.
  ignoreBinaries: ['podman'],
  // A type in the signature of an exported function is part of what the function says.
  ignoreExportsUsedInFile: { interface: true, type: true },
};

export default config;
