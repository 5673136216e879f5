/** Text that is markup already. Made by {@link html} only, so that escaping happens in one place. */
export interface Html {
  readonly [markup]: string;
}

const markup = Symbol('markup');

/** What may stand in a template: text is escaped, markup is not, lists are joined, `undefined` and `false` vanish. */
type Part = Html | string | number | undefined | false | readonly Part[];

/** Markup from a template. Values may stand between tags and between the quotes of an attribute. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { [markup]: texts.reduce((whole, text, index) => whole + textOf(parts[index - 1]) + text) };
}

/** The markup as it is sent. */
export function htmlText(part: Html): string {
  return part[markup];
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escapeHtml(part);
  return markup in part ? part[markup] : part.map(textOf).join('');
}

const special = /[&<>"'`]/;

function escapeHtml(text: string): string {
  if (!special.test(text)) return text;
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
