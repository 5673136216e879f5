import { type Document, LineCounter, parseAllDocuments, type YAMLError } from 'yaml';
import { isNothing, type Origin, type YamlNode } from './node.ts';
import { type Problem, problem, startOf } from './problem.ts';
import { convertTree } from './yaml-tree.ts';

/** A file of configuration larger than this is a mistake in the path. In characters. */
const longestFile = 20_000_000;

export interface YamlFile {
  /** Undefined when a syntax error makes the rest untrustworthy. */
  readonly root: YamlNode | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads the first document of a YAML text with every scalar as raw text, aliases resolved and merge keys left alone
 * (Promitor's parsing model). Never throws: whatever is wrong is a problem with a position.
 */
export function readYaml(source: string, file: string): YamlFile {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const refused = refuseText(text, file);
  if (refused !== undefined) return { root: undefined, problems: [refused] };
  const lines = new LineCounter();
  const place = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const parsed = parse(text, lines);
  if (parsed === undefined) {
    const message = 'The file is nested too deeply to be read.';
    return { root: undefined, problems: [problem('error', 'AZ1001', { at: startOf(file), path: '' }, message)] };
  }
  const [document, second] = parsed;
  if (document === undefined) return { root: undefined, problems: [emptyFile(file)] };
  const problems = [...syntaxProblems(document.errors, text, place), ...ignoredParts(document, second, place)];
  if (problems.some((item) => item.severity === 'error')) return { root: undefined, problems };
  const tree = convertTree(document.contents, place);
  problems.push(...tree.problems);
  if (tree.root === undefined) return { root: undefined, problems };
  if (isNothing(tree.root)) return { root: undefined, problems: [...problems, emptyFile(file)] };
  return { root: tree.root, problems };
}

function parse(text: string, lineCounter: LineCounter): readonly Document[] | undefined {
  try {
    // Keys are compared by us: the library compares each with each, which a large mapping makes slow.
    const options = {
      schema: 'failsafe',
      lineCounter,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'silent',
    } as const;
    const documents = parseAllDocuments(text, options);
    return Array.isArray(documents) ? documents : [];
  } catch {
    return undefined;
  }
}

function emptyFile(file: string): Problem {
  return problem('error', 'AZ1003', { at: startOf(file), path: '' }, 'The file is empty.');
}

function refuseText(text: string, file: string): Problem | undefined {
  if (text.length > longestFile) {
    const message = `The file has ${text.length} characters; the limit is ${longestFile}.`;
    return problem('error', 'AZ1004', { at: startOf(file), path: '' }, message);
  }
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 10) {
      line++;
      lineStart = index + 1;
    } else if (isForeign(code)) {
      const at = { file, line, column: index - lineStart + 1 };
      const message = `The file is not UTF-8 text: byte or control character U+${code.toString(16).toUpperCase().padStart(4, '0')}.`;
      return problem('error', 'AZ1004', { at, path: '' }, message);
    }
  }
  return undefined;
}

/** Control characters that YAML forbids, and the character that stands for bytes that were not UTF-8. */
function isForeign(code: number): boolean {
  return (code < 32 && code !== 9 && code !== 13) || code === 127 || code === 0xfffd;
}

function syntaxProblems(errors: readonly YAMLError[], text: string, place: (offset: number) => Origin): Problem[] {
  const problems: Problem[] = [];
  let stumbled = -1;
  const lines = errors.length === 0 ? [] : text.split('\n');
  for (const error of [...errors].sort((a, b) => a.pos[0] - b.pos[0])) {
    const at = place(error.pos[0]);
    // One slip of the pen makes the parser stumble again on the same line and on those that follow.
    const consequence = stumbled >= 0 && at.line >= stumbled && at.line <= stumbled + 1;
    stumbled = at.line;
    if (consequence) continue;
    problems.push(problem('error', 'AZ1001', { at, path: '' }, syntaxMessage(error, lines[at.line - 1] ?? '')));
  }
  return problems;
}

/** The parser's own words quote the file now and then, and a file may hold secrets; so these are ours. */
const syntaxMessages: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'The indentation does not fit the lines above.',
  TAB_AS_INDENT: 'A tab stands in the indentation; YAML wants spaces.',
  MISSING_CHAR: 'A closing quote or bracket, or a colon, is missing.',
  BLOCK_AS_IMPLICIT_KEY: 'A second `: ` stands on the line; quote the value, or start a new line.',
  MULTILINE_IMPLICIT_KEY: 'A key has no colon, or its value continues without indentation.',
  BAD_SCALAR_START: 'A value begins with a character that YAML reserves; put the value in quotes.',
  BAD_DQ_ESCAPE: 'An escape in a double-quoted text is not known; double the backslash, or use single quotes.',
  UNEXPECTED_TOKEN: 'Something stands here that YAML does not expect.',
  BLOCK_IN_FLOW: 'Inside brackets, the indented form cannot be used.',
  BAD_DIRECTIVE: 'A line that begins with % is not a directive of YAML.',
  KEY_OVER_1024_CHARS: 'A key is longer than 1024 characters; a colon may be missing.',
  MULTIPLE_ANCHORS: 'A value has more than one anchor.',
  BAD_ALIAS: 'An alias or anchor has no name that YAML takes.',
  RESOURCE_EXHAUSTION: 'The file is nested too deeply to be read.',
};

function syntaxMessage(error: YAMLError, line: string): string {
  if (/^\s*\t/.test(line)) return 'A tab stands in the indentation; YAML wants spaces.';
  return syntaxMessages[error.code] ?? 'The file is not well-formed YAML here.';
}

function ignoredParts(document: Document, second: Document | undefined, place: (offset: number) => Origin): Problem[] {
  const problems = document.warnings
    .filter((warning) => warning.code === 'TAG_RESOLVE_FAILED')
    .map((warning) =>
      problem(
        'warning',
        'AZ1006',
        { at: place(warning.pos[0]), path: '' },
        'A tag has no effect; the value is read as text.',
      ),
    );
  if (second !== undefined) {
    const message = 'Only the first document of the file is read; what follows is ignored.';
    problems.push(problem('warning', 'AZ1006', { at: place(second.range?.[0] ?? 0), path: '' }, message));
  }
  return problems;
}
