import { readDeclaration } from '../../../src/config/declaration/declaration.ts';
import { readDiscoveryFile } from '../../../src/config/discovery/discovery.ts';
import { orderProblems, type Problem, startOf } from '../../../src/config/problem.ts';
import { readRuntime } from '../../../src/config/runtime/runtime.ts';
import { readWebConfig } from '../../../src/config/web/web-config.ts';
import { readYaml } from '../../../src/config/yaml.ts';
import { createAuthority } from '../../fakes/authority.ts';
import { memoryFiles } from './memory-files.ts';

const authority = await createAuthority();
const own = await authority.serverOf('localhost');
const other = await authority.serverOf('localhost');

/** What the fixtures find around them. */
const surroundings = {
  folder: '/conf',
  env: { NORTHWIND_SAS: 'sv=hunter2' },
  fileSystem: memoryFiles({
    '/conf/secrets/app-key': 'hunter2\n',
    '/conf/tls/tls.crt': own.cert,
    '/conf/tls/tls.key': own.key,
    '/conf/tls/other.key': other.key,
    '/conf/tls/empty.key': '\n',
    '/conf/tls/locked.key': '-----BEGIN ENCRYPTED PRIVATE KEY-----\nhunter2\n-----END ENCRYPTED PRIVATE KEY-----\n',
  }),
};

/** All problems of a fixture; its name says which kind of file it is. */
export function problemsOf(name: string, text: string): readonly Problem[] {
  if (name.startsWith('web')) return webProblemsOf(name, text);
  const { root, problems } = readYaml(text, name);
  if (root === undefined) return problems;
  if (name.startsWith('discovery')) {
    const read = readDiscoveryFile(root, problems, { at: startOf(name), path: '' });
    return orderProblems(read.problems, [name]);
  }
  const read = name.startsWith('runtime')
    ? readRuntime(root, surroundings).problems
    : readDeclaration(root, surroundings).problems;
  return orderProblems([...problems, ...read], [name]);
}

function webProblemsOf(name: string, text: string): readonly Problem[] {
  const path = `${surroundings.folder}/${name}`;
  const { fileSystem } = surroundings;
  const readFile = (file: string) => (file === path ? text : fileSystem.readFile(file));
  const { config, problems } = readWebConfig(path, { ...fileSystem, readFile });
  const refused = problems.some(({ severity }) => severity === 'error');
  if (refused === (config !== undefined)) throw new Error(`${name}: a configuration with errors must not be used`);
  return problems.map((item) => ({ ...item, file: name }));
}
