/** What a release has to agree on, as the files say it. */
export interface ReleaseFiles {
  /** `version` of `package.json`. */
  readonly packageVersion: string;
  /** `version` and `appVersion` of `Chart.yaml`. */
  readonly chartVersion: string;
  readonly appVersion: string;
  /** Text of `CHANGELOG.md`. */
  readonly changelog: string;
}

/** One sentence for each place that does not have the version of `package.json`; empty when all agree. */
export function versionProblems(files: ReleaseFiles): string[] {
  const { packageVersion: wanted } = files;
  const found = {
    'version of charts/azimuth/Chart.yaml': files.chartVersion,
    'appVersion of charts/azimuth/Chart.yaml': files.appVersion,
    'newest release of CHANGELOG.md': newestRelease(files.changelog) ?? 'missing',
  };
  return Object.entries(found)
    .filter(([, version]) => version !== wanted)
    .map(([place, version]) => `the ${place} is ${version}, but package.json has ${wanted}`);
}

/** Version of the first heading `## 1.2.3` or `## [1.2.3] - 2026-01-31`; that of unreleased changes is passed over. */
function newestRelease(changelog: string): string | undefined {
  return /^## \[?v?(\d+\.\d+\.\d+[^\]\s]*)/m.exec(changelog)?.[1];
}
