import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

export type { Page } from 'playwright-core';

/** A real Chromium with a profile of its own, talking to loopback only. */
export interface Browser {
  open(options?: { readonly javaScriptEnabled?: boolean }): Promise<Page>;
  close(): Promise<void>;
}

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function startBrowser(executablePath: string): Browser {
  const contexts: BrowserContext[] = [];
  const profiles: string[] = [];
  return {
    async open(options = {}) {
      const profile = mkdtempSync(join(tmpdir(), 'azimuth-browser-'));
      profiles.push(profile);
      const viewport = { width: 1280, height: 860 };
      const context = await chromium.launchPersistentContext(profile, {
        executablePath,
        headless: true,
        args: quiet,
        viewport,
        ...options,
      });
      contexts.push(context);
      return context.pages()[0] ?? context.newPage();
    },
    async close() {
      for (const context of contexts) await context.close();
      for (const profile of profiles) rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Everything that the browser complains about: refused scripts and styles, failed loads, thrown errors. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!/^(http:\/\/127\.0\.0\.1:|data:,)/.test(request.url())) complaints.push(`asked for ${request.url()}`);
  });
  return complaints;
}

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Runs axe over the page in light and dark; nothing serious or critical may be found, and something must be passed. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe.source);
    const result = (await page.evaluate('axe.run(document)')) as {
      readonly violations: readonly Finding[];
      readonly passes: readonly Finding[];
    };
    const bad = result.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect({ url: page.url(), colorScheme, bad }).toEqual({ url: page.url(), colorScheme, bad: [] });
    expect(result.passes.map(({ id }) => id)).toContain('color-contrast');
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
