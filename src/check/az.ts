import type { TokenIdentity } from '../azure/ports.ts';
import type { RoleName } from './permissions.ts';

/** Who needs the role: what the token tells, else the configured client id. */
export type Assignee = Pick<TokenIdentity, 'clientId' | 'objectId'> & { readonly kind?: TokenIdentity['kind'] };

/**
 * The line that assigns a role. With an object id and its kind, the command needs no right to read the directory.
 * Without any id it holds a placeholder in angle brackets.
 */
export function roleAssignment(role: RoleName, scope: string, who: Assignee): string {
  const { objectId, clientId, kind = 'ServicePrincipal' } = who;
  const assignee =
    objectId === undefined
      ? `--assignee ${clientId === undefined ? '"<client id of the identity>"' : word(clientId)}`
      : `--assignee-object-id ${word(objectId)} --assignee-principal-type ${kind}`;
  return `az role assignment create ${assignee} --role "${role}" --scope ${word(scope)}`;
}

/** The line that registers a resource provider in a subscription. */
export function providerRegistration(provider: string, subscriptionId: string): string {
  return `az provider register --namespace ${provider} --subscription ${word(subscriptionId)}`;
}

/** A word as a POSIX shell takes it: resource groups may hold parentheses, and a declaration may hold anything. */
function word(text: string): string {
  return /^[\w/.:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
