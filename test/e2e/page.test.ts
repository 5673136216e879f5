import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, complaintsOf, expectAccessible, type Page, startBrowser } from './browser.ts';
import { emulate, listening, root, type Started, startExporter, startProgram, until } from './harness.ts';
import { busMetric, declarationOf, worldOf } from './landscape.ts';
import { requireProgram } from './programs.ts';

const chromium = requireProgram('chromium');
const largestScreenshot = 150_000;

/** Where pictures go: the docs when asked for, else they are looked at for their size only. */
const pictures = process.env['AZIMUTH_SCREENSHOTS'];
const own = mkdtempSync(join(tmpdir(), 'azimuth-page-'));
const folder = join(own, 'config');
const declaration = join(folder, 'metrics-declaration.yaml');

let browser: Browser;
let demo: Started;
let page: Page;
let complaints: string[];

async function start(): Promise<void> {
  demo = await listening(startProgram(['demo', '--config-folder', folder, '--port', '0', '--log-format', 'json']));
  await until(
    () => demo.get('/-/ready'),
    ({ status }) => status === 200,
  );
}

beforeAll(async () => {
  if (chromium === undefined) return;
  cpSync(join(root, 'config'), folder, { recursive: true });
  // Runs every two seconds, so that sparklines have something to show.
  const text = readFileSync(declaration, 'utf8').replaceAll('schedule: "* * * * *"', 'schedule: "*/2 * * * * *"');
  writeFileSync(declaration, text);
  await start();
  browser = startBrowser(chromium);
  page = await browser.open();
  complaints = complaintsOf(page);
});
afterAll(async () => {
  if (chromium === undefined) return;
  await browser.close();
  await demo.stop();
  rmSync(own, { recursive: true, force: true });
});

/** The declaration without a mistake. */
let good: string;

const at = (path: string): string => `http://127.0.0.1:${demo.port}${path}`;

async function picture(name: string): Promise<void> {
  const path = join(pictures ?? own, `${name}.png`);
  await page.screenshot({ path });
  expect(statSync(path).size).toBeLessThan(largestScreenshot);
}

/** Values of the demo change by the minute; a picture of lines that stand still would show little. */
async function somethingMoves(): Promise<void> {
  const row = page.getByRole('row').filter({ hasText: 'demo_queue_size' });
  await until(
    async () => {
      await page.reload();
      return (await row.locator('polyline').getAttribute('points')) ?? '';
    },
    (points) => new Set(points.split(' ').map((point) => point.split(',')[1])).size > 2,
    180_000,
  );
}

describe.skipIf(chromium === undefined)('the status page in a browser (needs chromium)', () => {
  it('shows the demo: nothing wrong, every metric with a value and a sparkline', { timeout: 240_000 }, async () => {
    await until(
      () => demo.get('/-/ready'),
      ({ status }) => status === 200,
    );
    await page.goto(at('/'));
    expect(await page.title()).toBe('Status - Azimuth');
    expect(await page.getByText('Nothing is wrong.').isVisible()).toBe(true);
    const rows = page.getByRole('table', { name: /^Every name/ }).locator('tbody tr');
    await until(
      async () => {
        await page.reload();
        return rows.getByRole('img').count();
      },
      (count) => count === 8,
    );
    expect(await rows.getByText('up to date').count()).toBe(8);
    await expectAccessible(page);
    if (pictures !== undefined) await somethingMoves();
    await picture('status');
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture('status-dark');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('explains a value: from the metric to its series to the chosen bucket', async () => {
    await page.getByRole('link', { name: 'demo_queue_size' }).click();
    expect(page.url()).toBe(at('/-/series?metric=demo_queue_size'));
    await page.getByRole('link', { name: /^demo_queue_size\s+explain it$/ }).click();
    const [line = ''] = await demo.series('demo_queue_size{');
    const chosen = page.locator('tr.chosen td.number');
    expect(await page.getByText('is the newest complete one with data').count()).toBe(1);
    expect(await page.getByRole('heading', { level: 2 }).innerText()).toMatch(
      /^demo_queue_size\{entity_name="orders",/,
    );
    expect(Number((await chosen.innerText()).replaceAll(',', ''))).toBe(Number(line.split('} ')[1]));
    await picture('explain');
    await expectAccessible(page);
  });

  it('finds series while typing, without a new page, and shows only what fits', async () => {
    await page.goto(at('/-/series'));
    await expectAccessible(page);
    const status = page.getByRole('status');
    expect(await status.innerText()).toBe('19 series.');
    await page.getByLabel(/^Text in the name/).pressSequentially('sb-shop-neu');
    await until(
      () => status.innerText(),
      (text) => text !== '19 series.',
    );
    const labels = page.getByRole('rowheader').getByText('sb-shop-neu', { exact: true });
    expect(await status.innerText()).toBe(`${await labels.count()} series.`);
    expect(page.url()).toBe(at('/-/series?q=sb-shop-neu'));
    await picture('series');
    await page.getByLabel('Outcome').selectOption('failing');
    await until(
      () => status.innerText(),
      (text) => text === 'No series fits.',
    );
  });

  it.each(['/-/problems', '/-/metrics', '/-/groups'])('has no barrier on %s', async (path) => {
    await page.goto(at(path));
    await expectAccessible(page);
  });

  it('can be used with the keyboard alone: skip link, menu, tables, search', async () => {
    await page.goto(at('/'));
    const focused = (): Promise<unknown> =>
      page.evaluate('document.activeElement.textContent.trim() || document.activeElement.id');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    expect(await page.getByRole('link', { name: 'Skip to the content' }).boundingBox()).toMatchObject({ x: 0 });
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Stop refreshing');
    await page.keyboard.press('Space');
    expect(await focused()).toBe('Refresh by itself');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
      'When Azure is asked, and what came of it',
    );
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.getByLabel('Text in the name or in a label').focus();
    await page.keyboard.type('orders');
    await page.keyboard.press('Enter');
    await page.waitForURL(at('/-/series?q=orders'));
    expect(await page.getByRole('status').innerText()).toMatch(/^\d+ series\.$/);
  });

  it('renews itself without losing the place, until it is stopped', async () => {
    await page.clock.install();
    await page.goto(at('/'));
    const runs = page
      .getByRole('table', { name: /^When Azure is asked/ })
      .locator('time')
      .first();
    const before = await runs.getAttribute('datetime');
    await until(
      async () => {
        await page.clock.runFor(15_000);
        return runs.getAttribute('datetime');
      },
      (after) => after !== before,
    );
    const refreshed = page.locator('#refreshed');
    expect(await refreshed.innerText()).toMatch(/^Last refreshed at /);
    await page.getByRole('button', { name: 'Stop refreshing' }).click();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.clock.runFor(60_000);
    expect(asked).toEqual([]);
    await page.getByRole('button', { name: 'Refresh by itself' }).click();
    await until(
      () => Promise.resolve(asked.length),
      (requests) => requests > 0,
    );
  });

  it('works without JavaScript', async () => {
    const plain = await browser.open({ javaScriptEnabled: false });
    await plain.goto(at('/-/series'));
    await plain.getByLabel(/^Text in the name/).fill('orders');
    await plain.getByRole('button', { name: 'Search' }).click();
    expect(plain.url()).toBe(at('/-/series?q=orders&metric=&outcome='));
    const rows = plain.getByRole('table').locator('tbody tr');
    expect(await plain.getByRole('status').innerText()).toBe(`${await rows.count()} series.`);
  });

  it('names a wrong metric name first, with what to do, as soon as the file is saved', async () => {
    good = readFileSync(declaration, 'utf8');
    writeFileSync(declaration, good.replace('metricName: ActiveMessages', 'metricName: ActiveMesages'));
    const problem = page.locator('.problems > li').filter({ hasText: 'ActiveMesages' });
    await until(
      async () => {
        await page.goto(at('/'));
        return problem.count();
      },
      (count) => count === 1,
    );
    const words = await problem.innerText();
    expect(words).toMatch(/^Error AZ3\d{3} /);
    expect(words).toContain('What to do: ');
    expect(words).toContain('Metrics: demo_queue_size');
    expect(words).toContain('1 item affected. Began ');
    await picture('problem');
    await expectAccessible(page);
    await problem.getByRole('link', { name: 'demo_queue_size' }).click();
    expect(await page.getByRole('rowheader').count()).toBe(1);
    expect(await page.getByRole('table').innerText()).toMatch(/failing|in quarantine/);
  });

  it('says that a file that cannot be read is not used, and why', async () => {
    writeFileSync(declaration, good.replace('resourceType: ServiceBusNamespace', 'resourceType: ServiceBus'));
    const problem = page.locator('.problems > li').filter({ hasText: 'ServiceBusNamespace' }).first();
    await until(
      async () => {
        await page.goto(at('/'));
        return problem.count();
      },
      (count) => count === 1,
    );
    expect(await problem.innerText()).toMatch(/metrics-declaration\.yaml:\d+:\d+: /);
    await page.getByText('refused; what was in force before stays').scrollIntoViewIfNeeded();
    await picture('refused');
    await expectAccessible(page);
  });

  it('is content again once the file is mended, without a restart', async () => {
    writeFileSync(declaration, good);
    await until(
      async () => {
        await page.goto(at('/'));
        return page.getByText('Nothing is wrong.').isVisible();
      },
      (visible) => visible,
    );
    expect(await page.getByText('accepted', { exact: true }).isVisible()).toBe(true);
    await picture('mended');
    const [line = ''] = await demo.series('demo_queue_size{');
    expect(line).toMatch(/ \d+$/);
  });

  it('never made the browser complain', () => {
    expect(complaints).toEqual([]);
  });
});

describe('the pages of an exporter between two runs', () => {
  it('ask Azure for nothing', async () => {
    const emulator = await emulate(worldOf({ namespaces: ['contoso-orders'] }));
    const yearly = '0 0 1 1 *';
    const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule: yearly });
    const runtime = 'authentication: { mode: SystemAssignedManagedIdentity }\n';
    const exporter = await startExporter(emulator, { runtime, declaration: declarationOf(emulator, [metric], yearly) });
    try {
      const calls = (): number => emulator.control.calls().calls.length;
      await exporter.until(
        () => exporter.series('messages{'),
        (lines) => lines.length > 0,
      );
      let before = -1;
      // What the exporter asks right after its first run has come to an end when nothing more comes.
      await until(
        () => {
          const still = calls() === before;
          before = calls();
          return Promise.resolve(still);
        },
        (still) => still,
      );
      const [line = ''] = await exporter.series('messages{');
      const selector = encodeURIComponent(line);
      const paths = ['/', '/-/problems', '/-/metrics', '/-/series?q=orders', '/-/groups', '/api/v1/status'];
      for (const path of [...paths, `/-/explain?selector=${selector}`]) {
        const answer = await exporter.get(path);
        expect([path, answer.status, (await answer.text()).includes('messages')]).toEqual([
          path,
          200,
          path !== '/-/problems' && path !== '/-/groups',
        ]);
      }
      expect(calls()).toBe(before);
    } finally {
      await exporter.stop();
      await emulator.close();
    }
  });
});
