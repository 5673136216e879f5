/** Endings of sample names that belong to a family without them. */
const sampleSuffix = /_(?:total|bucket|sum|count|created|info)$/;

/**
 * Makes the text of Azimuth's own metrics fit to follow the scraped families: no end marker, no blank lines
 * (OpenMetrics has none), and no family whose name a scraped one has, since no name may be described twice.
 * `onCollision` hears the name of each family left out.
 */
export function ownMetricsText(
  text: string,
  scraped: ReadonlySet<string>,
  onCollision: (family: string) => void,
): string {
  const kept: string[] = [];
  for (const family of splitFamilies(text)) {
    const clash = family.names.find((name) => scraped.has(name));
    if (clash === undefined) kept.push(...family.lines);
    else onCollision(clash);
  }
  return kept.map((line) => `${line}\n`).join('');
}

interface OwnFamily {
  readonly name: string;
  readonly names: string[];
  readonly lines: string[];
}

function splitFamilies(text: string): OwnFamily[] {
  const families: OwnFamily[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line === '# EOF') continue;
    const described = /^# (?:HELP|TYPE|UNIT) (\S+)/.exec(line)?.[1];
    const name = described ?? /^[^\s{]+/.exec(line)?.[0] ?? '';
    let family = families.at(-1);
    const belongs = family && (described === undefined ? isSampleOf(name, family.name) : name === family.name);
    if (!family || !belongs) {
      family = { name, names: [], lines: [] };
      families.push(family);
    }
    family.lines.push(line);
    if (!family.names.includes(name)) family.names.push(name);
  }
  return families;
}

function isSampleOf(sample: string, family: string): boolean {
  return sample === family || sample.replace(sampleSuffix, '') === family.replace(sampleSuffix, '');
}
