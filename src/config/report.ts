import { type Finding, formatPath, isMapping, type Path, type Span, valueAt } from './finding.js';
import type { ConfigIssue } from './issue.js';
import type { ParsedConfig } from './parse.js';
import type { ConfigSource } from './source.js';

/** So many issues are told one by one; the rest is a number. */
const MAX_ISSUES = 1000;

/** Longer lines are those of minified JSON, where the text of the line helps nobody. */
const MAX_SOURCE_LINE = 400;

/** Gives findings their lines, entities and final wording, in the order of the file, each mistake once. */
export function reportFindings(
  source: ConfigSource,
  parsed: ParsedConfig,
  findings: readonly Finding[],
): readonly ConfigIssue[] {
  const lines = new Lines(source.text);
  const placed = findings.map((finding) => {
    const span = finding.span ?? parsed.locate(finding.path, finding.at ?? 'value');
    return { finding, span };
  });
  placed.sort((a, b) => a.span.start - b.span.start);
  const seen = new Set<string>();
  const issues: ConfigIssue[] = [];
  for (const [index, { finding, span }] of placed.entries()) {
    if (issues.length === MAX_ISSUES) {
      issues.push(remainder(source, lines.place(span.start), placed.length - index));
      break;
    }
    const issue = toIssue(finding, span, source, parsed, lines);
    // An alias repeats its mistake wherever it is used; there is one place to mend it.
    const key = `${span.start} ${issue.code} ${issue.message}`;
    if (!seen.has(key)) issues.push(issue);
    seen.add(key);
  }
  return issues;
}

function remainder(source: ConfigSource, at: ReturnType<Lines['place']>, count: number): ConfigIssue {
  const place = { file: source.file, ...at, endColumn: at.column };
  const message = `and ${count} more issues from here on`;
  const hint = 'mend those above first';
  return { code: 'too-many-issues', severity: 'error', ...place, field: '', path: '', message, hint };
}

function toIssue(
  finding: Finding,
  span: Span,
  source: ConfigSource,
  parsed: ParsedConfig,
  lines: Lines,
): ConfigIssue {
  const start = lines.place(span.start);
  const text = lines.text(start.line);
  const onSameLine = span.end <= lines.start(start.line) + text.length;
  const endColumn = onSameLine
    ? start.column + (span.end - span.start)
    : Math.max(text.length + 1, start.column);
  const other =
    finding.otherSpan ?? (finding.other === undefined ? undefined : parsed.locate(finding.other, 'value'));
  const literal = onSameLine ? source.text.slice(span.start, span.end) : '';
  const fill = (template: string): string =>
    template
      .replaceAll('{got}', () => literal)
      .replaceAll('{other}', () => (other === undefined ? '' : `${source.file}:${lines.show(other.start)}`));
  const got = finding.got === undefined ? '' : ` (got ${describe(finding.got.value, literal)})`;
  return {
    code: finding.code,
    severity: 'error',
    file: source.file,
    ...start,
    endColumn,
    ...entityAt(parsed.value, finding.path),
    path: formatPath(finding.path),
    message: `${fill(finding.message)}${got}`,
    ...(finding.hint === undefined || finding.hint === '' ? {} : { hint: fill(finding.hint) }),
    ...(text.length > MAX_SOURCE_LINE ? {} : { source: text }),
  };
}

/** The innermost entity on a path, its name, and the path inside it. */
function entityAt(config: unknown, path: Path): Pick<ConfigIssue, 'entity' | 'name' | 'field'> {
  const nested = path[0] === 'services' && path[2] === 'routes' && typeof path[3] === 'number';
  const depth = nested ? 4 : 2;
  const isEntity = (path[0] === 'services' || path[0] === 'routes') && typeof path[1] === 'number';
  if (!isEntity) return { field: formatPath(path) };
  const entity = valueAt(config, path.slice(0, depth));
  const name = isMapping(entity) ? (entity['name'] ?? entity['id']) : undefined;
  return {
    entity: nested || path[0] === 'routes' ? 'route' : 'service',
    ...(typeof name === 'string' ? { name } : {}),
    field: formatPath(path.slice(depth)),
  };
}

/** What stands in the file, shortly: `"x"`, `8000`, `yes, which YAML reads as true`, `a list`. */
function describe(value: unknown, literal: string): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  const plain = String(value);
  if (literal === '' || literal === plain) return typeof value === 'number' ? `the number ${plain}` : plain;
  return typeof value === 'number' ? `the number ${literal}` : `${literal}, which YAML reads as ${plain}`;
}

/** Finds lines and columns in a text; both count from 1. */
class Lines {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  place(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  start(line: number): number {
    return this.#starts[line - 1] ?? 0;
  }

  text(line: number): string {
    const next = this.#starts[line];
    const end = next === undefined ? this.#text.length : next - 1;
    return this.#text.slice(this.start(line), this.#text[end - 1] === '\r' ? end - 1 : end);
  }

  show(offset: number): string {
    const { line, column } = this.place(offset);
    return `${line}:${column}`;
  }
}
