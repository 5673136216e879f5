import { type Html, html, htmlText } from '../html.ts';
import { assetPaths } from './assets.ts';
import { paths } from './paths.ts';

/** What every page is told about the program. */
export interface Site {
  readonly version: string;
  /** Undefined without the Prometheus sink. */
  readonly metricsPath?: string;
}

const pages = [
  [paths.overview, 'Overview'],
  [paths.problems, 'Problems'],
  [paths.metrics, 'Metrics'],
  [paths.series, 'Series'],
  [paths.groups, 'Query groups'],
  [paths.explain, 'Explain'],
] as const;

/** A whole document around the content of a page. */
export function document(site: Site, path: string, title: string, content: Html): string {
  const links = pages.map(
    ([href, text]) => html`<li><a href="${href}"${href === path && html` aria-current="page"`}>${text}</a></li>`,
  );
  const raw = [
    ...(site.metricsPath === undefined ? [] : [[site.metricsPath, 'Metrics for Prometheus'] as const]),
    ['/-/ready', 'Ready'] as const,
    ['/-/healthy', 'Healthy'] as const,
    ['/api/v1/status', 'Status as JSON'] as const,
    ['/api/v1/series', 'Series as JSON'] as const,
  ];
  return htmlText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} - Azimuth</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetPaths.style}">
<script src="${assetPaths.script}" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<p class="brand">Azimuth <span class="quiet">${site.version}</span></p>
<nav aria-label="Pages of Azimuth"><ul>${links}</ul></nav>
</header>
<main id="content" tabindex="-1">
<h1>${title}</h1>
${content}
</main>
<footer>
<nav aria-label="For machines"><ul>${raw.map(([href, text]) => html`<li><a href="${href}">${text}</a></li>`)}</ul></nav>
</footer>
</body>
</html>
`);
}
