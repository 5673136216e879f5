/** Azure's built-in roles that matter to reading metrics, with their actions; `*` stands for any text. */
const roles: Readonly<Record<string, readonly string[]>> = {
  Owner: ['*'],
  Contributor: ['*'],
  Reader: ['*/read'],
  'Monitoring Reader': ['*/read', 'Microsoft.OperationalInsights/workspaces/search/action'],
  'Monitoring Contributor': ['*/read'],
  'Log Analytics Reader': ['*/read'],
  'Monitoring Metrics Publisher': ['Microsoft.Insights/Register/Action', 'Microsoft.Insights/Metrics/Write'],
  'Storage Queue Data Reader': ['Microsoft.Storage/storageAccounts/queueServices/queues/read'],
};

/** Names of the roles that need no list of actions. */
export const knownRoles: readonly string[] = Object.keys(roles);

/** Actions of a built-in role, by name without case; undefined when it is not known. */
export function actionsOfRole(name: string): readonly string[] | undefined {
  return Object.entries(roles).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
}

/** True when a list of actions (lower case) contains the action or a pattern that covers it. */
export function allows(actions: readonly string[], action: string): boolean {
  const wanted = action.toLowerCase();
  return actions.some((pattern) => {
    if (!pattern.includes('*')) return pattern === wanted;
    const [head = '', ...tails] = pattern.split('*');
    const tail = tails.at(-1) ?? '';
    return wanted.length >= head.length + tail.length && wanted.startsWith(head) && wanted.endsWith(tail);
  });
}
