import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/chart/**', 'test/container/**', 'test/slow/**'],
          testTimeout: 15_000,
        },
      },
      {
        test: {
          name: 'chart',
          include: ['test/chart/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          // Concurrent tests of a file wait on one exporter; they cost next to nothing.
          maxConcurrency: 20,
        },
      },
      {
        test: {
          name: 'container',
          include: ['test/container/**/*.test.ts'],
          globalSetup: ['test/container/setup.ts'],
          testTimeout: 400_000,
          hookTimeout: 120_000,
          // A release builds two images: more files at once would make the containers of the others late.
          maxWorkers: 2,
          maxConcurrency: 4,
        },
      },
      // Minutes of real time, nearly all of it waiting, so that files run side by side; not in `npm test`.
      {
        test: {
          name: 'slow',
          include: ['test/slow/**/*.test.ts'],
          testTimeout: 420_000,
          hookTimeout: 420_000,
          maxWorkers: 3,
        },
      },
    ],
  },
});
