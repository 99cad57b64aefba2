// What axe finds in a page: one bound for all pages, and none of its findings is let through.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Found {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** A line a finding; a page without any is clean. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found: readonly Found[] = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Found[] }> } };
    return (await axe.run()).violations;
  });
  return found.map(({ id, impact, nodes }) => {
    return `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`;
  });
}
