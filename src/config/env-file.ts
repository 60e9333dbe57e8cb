import { ConfigError, type ConfigIssue } from './issue.js';
import { readSource } from './source.js';
import type { Environment } from './substitute.js';

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[ \t]*/;
const DOUBLE = /"((?:[^"\\]|\\[\s\S])*)"/y;
const SINGLE = /'([^']*)'/y;
const REST = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Reads files of variables, a later one over an earlier one, all of them below `environment`. Throws a
 * ConfigSourceError for a file that cannot be read, a ConfigError with every line that is no assignment.
 */
export async function readEnvironment(
  files: readonly string[],
  environment: Environment,
): Promise<Environment> {
  if (files.length === 0) return environment;
  const sources = await Promise.all(files.map(readSource));
  const merged = new Map<string, string>();
  const issues: ConfigIssue[] = [];
  for (const { file, text } of sources) {
    const parsed = parseEnvFile(file, text);
    issues.push(...parsed.issues);
    for (const [name, value] of parsed.variables) merged.set(name, value);
  }
  if (issues.length > 0) throw new ConfigError(issues);
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) merged.set(name, value);
  return Object.fromEntries(merged);
}

export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>;
  readonly issues: readonly ConfigIssue[];
}

/**
 * The variables of a file in dotenv's syntax: `NAME=value` a line, `export` before it or not, `#` comments; single
 * quotes keep all as it is, double quotes know \n, \r, \t and \ before any other character, either may span lines. A
 * dollar sign is a dollar sign. No issue quotes a line, for it may hold a secret.
 */
export function parseEnvFile(file: string, text: string): EnvFile {
  const variables = new Map<string, string>();
  const lines = new Map<string, number>();
  const issues: ConfigIssue[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const end = lineEnd(text, at);
    const content = text.slice(at, end);
    if (/^\s*(?:#|$)/.test(content)) {
      at = end + 1;
      line += 1;
      continue;
    }
    const read = readAssignment(text, at, end);
    if (typeof read === 'string') {
      issues.push(issueAt(file, line, content, 'bad-env-file', read));
      at = end + 1;
      line += 1;
      continue;
    }
    const first = lines.get(read.name);
    if (first !== undefined) {
      const message = `the variable ${read.name} is set already in line ${first}: keep one of the two`;
      issues.push(issueAt(file, line, content, 'bad-env-file', message));
    }
    lines.set(read.name, line);
    variables.set(read.name, read.value);
    line += text.slice(at, read.next).split('\n').length - 1;
    at = read.next;
  }
  return { variables, issues };
}

interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Where the line after it begins. */
  readonly next: number;
}

/** An assignment, or what is wrong with it. */
function readAssignment(text: string, at: number, end: number): Assignment | string {
  const match = ASSIGNMENT.exec(text.slice(at, end));
  if (match === null) return 'this line is no assignment: write NAME=value, or # before a comment';
  const [opening, name = ''] = match;
  const start = at + opening.length;
  const quote = text[start];
  if (quote !== '"' && quote !== "'") {
    const raw = text
      .slice(start, end)
      .replace(/(?:^|\s+)#.*$/, '')
      .trim();
    if (/["']/.test(raw)) return `the value of ${name} holds a quote: put the whole value into quotes`;
    return { name, value: raw, next: end + 1 };
  }
  const pattern = quote === '"' ? DOUBLE : SINGLE;
  pattern.lastIndex = start;
  const quoted = pattern.exec(text);
  if (quoted === null)
    return `the value of ${name} begins with ${quote} and never ends: write ${quote} at its end`;
  REST.lastIndex = pattern.lastIndex;
  if (!REST.test(text))
    return `the value of ${name} goes on after its quotes: put the whole value into quotes`;
  const body = quoted[1] ?? '';
  const value =
    quote === "'"
      ? body
      : body.replaceAll(/\\([\s\S])/g, (_, character: string) => ESCAPES[character] ?? character);
  return { name, value, next: Math.max(REST.lastIndex, end + 1) };
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function issueAt(file: string, line: number, content: string, code: string, message: string): ConfigIssue {
  const column = (/\S/.exec(content)?.index ?? 0) + 1;
  const place = { file, line, column, endColumn: column };
  return { code, severity: 'error', ...place, field: '', path: '', message };
}
