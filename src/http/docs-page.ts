import { createHash } from 'node:crypto';
import { escapeHtml } from './html.ts';
import type { RouteRow } from './routes.ts';

const style =
  ':root { color-scheme: light dark } body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem } ' +
  'code { font-size: 0.95em } table { border-collapse: collapse; width: 100% } caption { text-align: left; font-weight: 600 } ' +
  'th, td { text-align: left; vertical-align: top; padding: 0.15rem 0.75rem 0.15rem 0 } article { margin: 1.5rem 0 }';

/** The page loads nothing: no script, no font, no image. */
export const docsPagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`;

/** The routes as a page that needs neither scripts nor other hosts. */
export function docsPage(routes: readonly RouteRow[], version: string): string {
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  const sections = tags.map((tag) => {
    const articles = routes.filter((route) => route.tag === tag).map(article);
    return `<section>\n<h2>${escapeHtml(tag)}</h2>\n${articles.join('\n')}\n</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Azimuth API</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Azimuth API</h1>
<p>Version ${escapeHtml(version)}. The same for programs: <a href="../v1/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

function article({ method, path, operationId, summary, parameters = [], responses }: RouteRow): string {
  const asked = parameters.map((row) => [`<code>${escapeHtml(row.name)}</code>`, row.in, row.type, prose(row.meaning)]);
  const answered = Object.entries(responses).map(([status, row]) => [
    status,
    row.type === undefined ? '' : `<code>${escapeHtml(row.type)}</code>`,
    prose(row.meaning),
  ]);
  return [
    `<article id="${operationId}">`,
    `<h3><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h3>`,
    `<p>${prose(summary)}</p>`,
    asked.length === 0 ? '' : table('Parameters', ['name', 'in', 'type', 'meaning'], asked),
    table('Answers', ['status', 'body', 'meaning'], answered),
    '</article>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((name) => `<th scope="col">${name}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<table>\n<caption>${caption}</caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
}

function prose(markdown: string): string {
  return escapeHtml(markdown).replace(/`([^`]+)`/g, '<code>$1</code>');
}
