import { createHash } from 'node:crypto';
import { type Html, html, htmlText } from './html.ts';
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
    return html`<section>
<h2>${tag}</h2>
${articles}</section>
`;
  });
  return htmlText(html`<!doctype html>
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
<p>Version ${version}. The same for programs: <a href="../v1/openapi.json">openapi.json</a>.</p>
${sections}</main>
</body>
</html>
`);
}

function article({ method, path, operationId, summary, parameters = [], responses }: RouteRow): Html {
  const asked = parameters.map((row) => [code(row.name), row.in, row.type, prose(row.meaning)]);
  const answered = Object.entries(responses).map(([status, row]) => [
    status,
    row.type === undefined ? '' : code(row.type),
    prose(row.meaning),
  ]);
  return html`<article id="${operationId}">
<h3>${code(`${method.toUpperCase()} ${path}`)}</h3>
<p>${prose(summary)}</p>
${asked.length > 0 && table('Parameters', ['name', 'in', 'type', 'meaning'], asked)}
${table('Answers', ['status', 'body', 'meaning'], answered)}
</article>
`;
}

type Cell = Html | string | readonly (Html | string)[];

function table(caption: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  const head = heads.map((name) => html`<th scope="col">${name}</th>`);
  const body = rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`);
  return html`<table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${body}</tbody>
</table>`;
}

/** Text whose code stands between backticks. */
function prose(markdown: string): readonly (Html | string)[] {
  return markdown.split('`').map((part, index) => (index % 2 === 1 ? code(part) : part));
}

function code(text: string): Html {
  return html`<code>${text}</code>`;
}
