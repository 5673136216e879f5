import { describe, expect, it } from 'vitest';
import { providerRegistration, roleAssignment } from '../../src/check/az.ts';

const clientId = '8b1f7d24-60a9-4c35-9e82-d3f05c7a164b';
const objectId = '0b7ec701-60a9-4c35-9e82-d3f05c7a164b';
const scope = '/subscriptions/22222222-2222-2222-2222-222222222222';

describe('the line that assigns a role', () => {
  it.each([
    [{ clientId, objectId }, `--assignee-object-id ${objectId} --assignee-principal-type ServicePrincipal`],
    [{ objectId, kind: 'User' as const }, `--assignee-object-id ${objectId} --assignee-principal-type User`],
    [{ clientId }, `--assignee ${clientId}`],
    [{}, '--assignee "<client id of the identity>"'],
  ])('names %j', (who, assignee) => {
    expect(roleAssignment('Monitoring Reader', scope, who)).toBe(
      `az role assignment create ${assignee} --role "Monitoring Reader" --scope ${scope}`,
    );
  });

  it.each([
    [`${scope}/resourceGroups/shop(eu)`, `'${scope}/resourceGroups/shop(eu)'`],
    [`${scope}/resourceGroups/a;rm -r b`, `'${scope}/resourceGroups/a;rm -r b'`],
    [`${scope}/resourceGroups/$(id)'s`, `'${scope}/resourceGroups/$(id)'\\''s'`],
  ])('quotes %s for a shell', (odd, quoted) => {
    expect(roleAssignment('Reader', odd, { clientId })).toBe(
      `az role assignment create --assignee ${clientId} --role "Reader" --scope ${quoted}`,
    );
  });

  it('quotes a client id that is none', () => {
    expect(roleAssignment('Reader', scope, { clientId: '$(id)' })).toContain("--assignee '$(id)' --role");
  });
});

it('the line that registers a provider names the subscription', () => {
  expect(providerRegistration('Microsoft.Insights', 'b2')).toBe(
    'az provider register --namespace Microsoft.Insights --subscription b2',
  );
});
