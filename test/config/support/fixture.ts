import { readDeclaration } from '../../../src/config/declaration/declaration.ts';
import { readDiscoveryFile } from '../../../src/config/discovery/discovery.ts';
import { orderProblems, type Problem, startOf } from '../../../src/config/problem.ts';
import { readRuntime } from '../../../src/config/runtime/runtime.ts';
import { readYaml } from '../../../src/config/yaml.ts';
import { memoryFiles } from './memory-files.ts';

/** What the fixtures find around them. */
const surroundings = {
  folder: '/conf',
  env: { NORTHWIND_SAS: 'sv=hunter2' },
  fileSystem: memoryFiles({ '/conf/secrets/app-key': 'hunter2\n' }),
};

/** All problems of a fixture; its name says which kind of file it is. */
export function problemsOf(name: string, text: string): readonly Problem[] {
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
