import { describe, expect, it } from 'vitest';
import { versionProblems } from '../../scripts/release-versions.ts';

const agreed = {
  packageVersion: '1.2.0',
  chartVersion: '1.2.0',
  appVersion: '1.2.0',
  changelog: '# Changelog\n\n## Unreleased\n\n## [1.2.0] - 2026-01-31\n\n- one\n\n## 1.1.0\n',
};

describe('the versions of a release', () => {
  it('agree', () => {
    expect(versionProblems(agreed)).toEqual([]);
    expect(versionProblems({ ...agreed, changelog: '## 1.2.0\n' })).toEqual([]);
  });

  it('are each compared with package.json', () => {
    const wrong = { chartVersion: '1.1.0', appVersion: '1.3.0', changelog: '## Unreleased\n\n## 1.1.0\n' };
    expect(versionProblems({ ...agreed, ...wrong })).toEqual([
      'the version of charts/azimuth/Chart.yaml is 1.1.0, but package.json has 1.2.0',
      'the appVersion of charts/azimuth/Chart.yaml is 1.3.0, but package.json has 1.2.0',
      'the newest release of CHANGELOG.md is 1.1.0, but package.json has 1.2.0',
    ]);
  });

  it('are missing while nothing was released', () => {
    expect(versionProblems({ ...agreed, changelog: '# Changelog\n\n## Unreleased\n\n- new\n' })).toEqual([
      'the newest release of CHANGELOG.md is missing, but package.json has 1.2.0',
    ]);
  });

  it('tell a candidate from its release', () => {
    expect(versionProblems({ ...agreed, changelog: '## 1.2.0-rc.1\n' })).toEqual([
      'the newest release of CHANGELOG.md is 1.2.0-rc.1, but package.json has 1.2.0',
    ]);
  });
});
