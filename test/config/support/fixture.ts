import { readDeclaration } from '../../../src/config/declaration/declaration.ts';
import { orderProblems, type Problem } from '../../../src/config/problem.ts';
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
  const read = name.startsWith('runtime')
    ? readRuntime(root, surroundings).problems
    : readDeclaration(root, surroundings.env).problems;
  return orderProblems([...problems, ...read], [name]);
}
