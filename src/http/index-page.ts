import { escapeHtml } from './html.ts';

/** The page at `/`: links to everything that can be looked at. */
export function indexPage(version: string, metricsPath: string | undefined): string {
  const links = [
    ...(metricsPath === undefined ? [] : [{ href: metricsPath, text: 'Metrics', note: 'what Prometheus scrapes' }]),
    { href: '/-/ready', text: 'Ready', note: 'whether every schedule has had a result, or what it waits for' },
    { href: '/-/healthy', text: 'Healthy', note: 'whether the scheduler is alive' },
    { href: '/api/v1/health', text: 'Health', note: 'the same and more for programs' },
    { href: '/api/docs/index.html', text: 'API', note: 'every route' },
  ];
  const rows = links.map(({ href, text, note }) => `<li><a href="${escapeHtml(href)}">${text}</a>: ${note}</li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Azimuth</title>
<style>:root { color-scheme: light dark } body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
</head>
<body>
<h1>Azimuth</h1>
<p>Azure Monitor metrics for Prometheus, version ${escapeHtml(version)}.</p>
<ul>
${rows.join('\n')}
</ul>
</body>
</html>
`;
}
