import { readRuntime } from '../../src/config/runtime/runtime.ts';
import { readYaml } from '../../src/config/yaml.ts';
import type { RuntimeConfig } from '../../src/core/runtime-config.ts';

/** What a runtime file with a managed identity, and whatever else is given, comes to. */
export function aRuntime(text = ''): RuntimeConfig {
  const { root } = readYaml(`authentication: { mode: SystemAssignedManagedIdentity }\n${text}\n`, 'runtime.yaml');
  const fileSystem = { readFile: () => undefined, exists: () => true, isDirectory: () => false, list: () => [] };
  const read = root === undefined ? undefined : readRuntime(root, { folder: '/config', env: {}, fileSystem });
  if (read?.runtime === undefined) throw new Error(`the file is wrong: ${JSON.stringify(read?.problems)}`);
  return read.runtime;
}
