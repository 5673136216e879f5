import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, htmlText } from '../../src/http/html.ts';

describe('html', () => {
  it('escapes values, and leaves markup of its own alone', () => {
    const inner = html`<b>${'<i>"\'&`'}</b>`;
    expect(htmlText(html`<p title="${'"><script>'}">${inner}${3}${[inner, 'x']}${undefined}${false}</p>`)).toBe(
      '<p title="&#34;&#62;&#60;script&#62;"><b>&#60;i&#62;&#34;&#39;&#38;&#96;</b>3<b>&#60;i&#62;&#34;&#39;&#38;&#96;</b>x</p>',
    );
  });

  it('lets no value open a tag, leave a quote or begin an entity', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const [, between = ''] = /^<a b="([\s\S]*)">$/.exec(htmlText(html`<a b="${text}">`)) ?? [];
        expect(between).not.toMatch(/[<>"'`]|&(?!#\d+;)/);
        expect(between.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))).toBe(text);
      }),
    );
  });
});
