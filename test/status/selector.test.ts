import { describe, expect, it } from 'vitest';
import { parseSelector, selects } from '../../src/status/selector.ts';

const labels = new Map([
  ['entity_name', 'orders'],
  ['instance_name', 'sb-shop-weu'],
  ['path', 'C:\\temp\n"x"'],
]);

function fits(text: string): boolean {
  const parsed = parseSelector(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return selects(parsed.selector, 'demo_queue_size', labels);
}

describe('a selector', () => {
  it.each([
    'demo_queue_size',
    '  demo_queue_size  ',
    'demo_queue_size{}',
    '{entity_name="orders"}',
    'demo_queue_size{entity_name="orders", instance_name=\'sb-shop-weu\',}',
    'demo_queue_size{entity_name="orders"} 199',
    'demo_queue_size{entity_name="orders"} 199 1767225600000',
    'demo_queue_size{entity_name="orders"} -1.5e+06',
    'demo_queue_size{entity_name="orders"} NaN',
    'demo_queue_size{entity_name="orders"} +Inf',
    '{entity_name="orders",instance_name!="other"}',
    '{missing=""}',
    '{__name__="demo_queue_size"}',
    String.raw`{path="C:\\temp\n\"x\""}`,
  ])('means the series: %s', (text) => {
    expect(fits(text)).toBe(true);
  });

  it.each([
    'demo_queue_sizes',
    '{entity_name="order"}',
    '{entity_name!="orders"}',
    '{missing!=""}',
    '{__name__="other"}',
  ])('does not mean the series: %s', (text) => {
    expect(fits(text)).toBe(false);
  });

  it.each([
    ['', '`` is no selector of series; write name{label="value"}.'],
    ['demo queue', '`demo queue` is no selector of series; write name{label="value"}.'],
    ['demo{entity_name=orders}', '`entity_name=orders` is no condition on a label; write label="value".'],
    [
      'demo{entity_name="orders" x="y"}',
      '`entity_name="orders" x="y"` is no condition on a label; write label="value".',
    ],
    ['{a=~"b.*"}', '`=~` is not taken; write a="value" or a!="value".'],
  ])('that is none is refused: %s', (text, message) => {
    expect(parseSelector(text)).toEqual({ ok: false, message });
  });
});
