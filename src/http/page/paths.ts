/** Where the pages are. All but the first lie where no metrics path can be. */
export const paths = {
  overview: '/',
  problems: '/-/problems',
  metrics: '/-/metrics',
  series: '/-/series',
  groups: '/-/groups',
  explain: '/-/explain',
} as const;
