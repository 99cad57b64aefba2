/** Numbers as people read them. The machine formats (JSON, CSV, Parquet) write the number itself instead. */

import { NUMBER, expectShape } from '../check/index.ts';
import { KIB, MS_PER_S, US_PER_MS } from '../abi/unit.ts';

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 339,657 */
export function formatCount(count: number): string {
  expectShape('count', count, NUMBER);
  return WHOLE.format(count);
}

/** Three significant digits, without an exponent: 1,230; 12.3; 0.0123 */
export function formatNumber(value: number): string {
  expectShape('value', value, NUMBER);
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 999.5) return WHOLE.format(value);
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 20 });
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Three digits and a unit: `1.23 GiB`. */
export function formatBytes(bytes: number): string {
  expectShape('bytes', bytes, NUMBER);
  let index = 0;
  let value = bytes;
  while (Math.abs(value) >= 1023.5 && index < BYTE_UNITS.length - 1) {
    value /= KIB;
    index++;
  }
  return `${formatNumber(value)} ${BYTE_UNITS[index]}`;
}

/** Three digits and a unit: `17.2 ms`, `900 us`, `12.3 s`. */
export function formatMs(ms: number): string {
  expectShape('ms', ms, NUMBER);
  if (ms >= 9999.5) return `${formatNumber(ms / MS_PER_S)} s`;
  if (ms > 0 && ms < 0.9995) return `${formatNumber(ms * US_PER_MS)} us`;
  return `${formatNumber(ms)} ms`;
}

/** 0.42x */
export function formatRatio(ratio: number): string {
  expectShape('ratio', ratio, NUMBER);
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : '-';
}
