import { describe, expect, it } from 'vitest';
import { openDimensions } from '../../src/plan/open-dimensions.ts';

describe('openDimensions', () => {
  it.each([
    ["EntityName eq 'orders'", []],
    ["EntityName eq 'orders' and Result eq 'Success'", []],
    ["EntityName eq '*'", ['EntityName']],
    ["EntityName eq 'orders' or entityname eq 'audit'", ['EntityName']],
    ["EntityName eq 'orders' or EntityName eq 'Orders'", []],
    ["(EntityName eq 'a' or EntityName eq 'b') and Result eq 'Success'", ['EntityName']],
    ["Error Code ne '404' and Path sw '/api'", ['Error Code', 'Path']],
    ["Name eq 'that''s and Other eq ''x''' AND Kind EQ '*'", ['Kind']],
    ["availabilityResult/name eq '*' and brand eq 'x'", ['availabilityResult/name']],
    ['no filter', []],
  ])('%s', (filter, expected) => {
    expect(openDimensions(filter)).toEqual(expected);
  });
});
