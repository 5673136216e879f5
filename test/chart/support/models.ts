import { join } from 'node:path';
import ts from 'typescript';
import { type Manifest, root } from './helm.ts';

/** A class of the model packages: an object of Kubernetes that can say whether its fields have the right types. */
interface Model {
  validate(): void;
}

/** The module that models a kind; undefined for kinds that no package knows. */
function moduleOf({ apiVersion, kind }: Manifest): string | undefined {
  const core = !apiVersion.includes('/');
  if (apiVersion.startsWith('aadpodidentity.k8s.io/')) return undefined;
  // Azure's managed Prometheus has the same definitions under a group of its own.
  const known = apiVersion.replace('azmonitoring.coreos.com', 'monitoring.coreos.com');
  if (known.startsWith('monitoring.coreos.com/')) return `@kubernetes-models/prometheus-operator/${known}/${kind}`;
  return core ? `kubernetes-models/v1/${kind}` : `kubernetes-models/${apiVersion}/${kind}`;
}

/** First pass: types and required fields. Returns what is wrong; empty when nothing is. */
export async function validate(manifest: Manifest): Promise<string> {
  const path = moduleOf(manifest);
  if (path === undefined) return '';
  const exported = (await import(path)) as Record<string, new (data: unknown) => Model>;
  const Kind = exported[manifest.kind];
  if (Kind === undefined) return `no model for ${manifest.apiVersion} ${manifest.kind}`;
  try {
    new Kind(withKnownGroup(manifest)).validate();
    return '';
  } catch (error) {
    return String(error);
  }
}

function withKnownGroup(manifest: Manifest): Manifest {
  return { ...manifest, apiVersion: manifest.apiVersion.replace('azmonitoring.coreos.com', 'monitoring.coreos.com') };
}

/**
 * Second pass: unknown fields, which the first lets through. Each manifest becomes a literal of its type in a module
 * that exists in memory alone, and the compiler tells what does not belong there.
 */
export function unknownFields(objects: readonly Manifest[]): readonly string[] {
  const lines = objects.flatMap((manifest, index) => {
    const path = moduleOf(manifest);
    if (path === undefined) return [];
    const type = `import('${path}').I${manifest.kind}`;
    return [`export const m${index}: ${type} = ${JSON.stringify(withKnownGroup(manifest))};`];
  });
  const file = join(root, 'test/chart/in-memory.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => name === file || disk.fileExists(name),
    readFile: (name) => (name === file ? lines.join('\n') : disk.readFile(name)),
    getSourceFile: (name, ...rest) =>
      name === file
        ? ts.createSourceFile(name, lines.join('\n'), ts.ScriptTarget.ES2023)
        : disk.getSourceFile(name, ...rest),
  };
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
}
