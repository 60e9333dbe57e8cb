import { ENTITY_KINDS, type EntityKind, isEntityKind, nestedLists } from './entity-kinds.js';
import { type Finding, formatPath, isMapping, type Path, type Span, valueAt } from './finding.js';
import type { ConfigIssue } from './issue.js';
import { MASK } from './mask.js';
import { conceal, Secrets, type Veil } from './mask-issue.js';
import type { MergedConfig, Origin } from './merge.js';
import type { ParsedConfig } from './parse.js';
import { entityFields, partName } from './schemas.js';
import type { ConfigSource } from './source.js';

/** So many issues are told one by one; the rest is a number. */
const MAX_ISSUES = 1000;

/** Longer lines are those of minified JSON, where the text of the line helps nobody. */
const MAX_SOURCE_LINE = 400;

/** One source and what was read from it. */
export interface SourceText {
  readonly source: ConfigSource;
  readonly parsed: ParsedConfig;
  /** The places whose values came from outside of the file. */
  readonly outside?: readonly Path[];
}

/** A finding with its place. */
interface PlacedFinding {
  readonly finding: Finding;
  readonly file: FileLines;
  /** The path in the file, which is another one than that in the merged config. */
  readonly path: Path;
  readonly span: Span;
}

/**
 * Gives findings their files, lines, entities and final wording, in the order of the sources and of each file, each
 * mistake once. Findings without a source are about the merged config.
 */
export function reportFindings(
  texts: readonly SourceText[],
  findings: readonly Finding[],
  merged?: Pick<MergedConfig, 'originOf'>,
): readonly ConfigIssue[] {
  if (findings.length === 0) return [];
  const files = texts.map((text, index) => new FileLines(text, index));
  const originOf = (finding: Finding, path: Path): Origin =>
    finding.source !== undefined
      ? { source: finding.source, path }
      : (merged?.originOf(path) ?? { source: 0, path });
  const fileOf = ({ source }: Origin): FileLines => {
    const file = files[source] ?? files[0];
    if (file === undefined) throw new RangeError('a finding needs a source');
    return file;
  };
  const placed = findings.map((finding): PlacedFinding => {
    const origin = originOf(finding, finding.path);
    const file = fileOf(origin);
    const span =
      finding.span ?? file.narrow(file.parsed.locate(origin.path, finding.at ?? 'value'), finding.part);
    return { finding, file, path: origin.path, span };
  });
  placed.sort((a, b) => a.file.index - b.file.index || a.span.start - b.span.start);
  const seen = new Set<string>();
  const issues: ConfigIssue[] = [];
  for (const [index, at] of placed.entries()) {
    if (issues.length === MAX_ISSUES) {
      issues.push(remainder(at, placed.length - index));
      break;
    }
    const { finding, file } = at;
    const { other: otherPath, otherSource } = finding;
    const origin =
      otherPath === undefined
        ? undefined
        : otherSource === undefined
          ? originOf(finding, otherPath)
          : { source: otherSource, path: otherPath };
    const other =
      origin === undefined
        ? finding.otherSpan && file.show(finding.otherSpan.start)
        : fileOf(origin).show(fileOf(origin).parsed.locate(origin.path, 'value').start);
    const issue = toIssue(at, other ?? '');
    // An alias repeats its mistake wherever it is used; there is one place to mend it.
    const key = `${file.index} ${at.span.start} ${issue.code} ${issue.message}`;
    if (!seen.has(key)) issues.push(issue);
    seen.add(key);
  }
  return issues;
}

function remainder({ file, span }: PlacedFinding, count: number): ConfigIssue {
  const at = file.place(span.start);
  const place = { file: file.name, ...at, endColumn: at.column };
  const message = `and ${count} more issues from here on`;
  const hint = 'mend those above first';
  return { code: 'too-many-issues', severity: 'error', ...place, field: '', path: '', message, hint };
}

function toIssue({ finding, file, path, span }: PlacedFinding, other: string): ConfigIssue {
  const start = file.place(span.start);
  const text = file.text(start.line);
  const onSameLine = span.end <= file.start(start.line) + text.length;
  const endColumn = onSameLine
    ? start.column + (span.end - span.start)
    : Math.max(text.length + 1, start.column);
  const written = onSameLine ? file.slice(span) : '';
  const veil = file.secrets.veilAt(path, written);
  const literal = veil.hidesText ? MASK : written;
  const fill = (template: string): string =>
    conceal(template, veil)
      .replaceAll('{got}', () => literal)
      .replaceAll('{other}', () => other);
  const got = finding.got === undefined ? '' : ` (got ${describeVeiled(finding.got.value, literal, veil)})`;
  return {
    code: finding.code,
    severity: finding.severity ?? 'error',
    file: file.name,
    ...start,
    endColumn,
    ...entityAt(file, path),
    path: formatPath(path),
    message: `${fill(finding.message)}${got}`,
    ...(finding.hint === undefined || finding.hint === '' ? {} : { hint: fill(finding.hint) }),
    ...(text.length > MAX_SOURCE_LINE || veil.hidesText ? {} : { source: text }),
  };
}

/** The innermost entity on a path, its name, and the path inside it. */
function entityAt(file: FileLines, path: Path): Pick<ConfigIssue, 'entity' | 'name' | 'field'> {
  const [kind, depth] = kindAt(path);
  if (kind === undefined) return { field: formatPath(path) };
  const { parsed, secrets } = file;
  const place = path.slice(0, depth);
  const entity = valueAt(parsed.value, place);
  // A key that is a secret names nobody.
  const key = ENTITY_KINDS[kind].key;
  const shown = key === null || entityFields(kind)[key]?.['x-secret'] === true ? 'id' : key;
  const field = isMapping(entity)
    ? [shown, 'name', 'id'].find((name) => typeof entity[name] === 'string')
    : undefined;
  const named = field === undefined ? undefined : [...place, field];
  const own = isMapping(entity) && field !== undefined ? entity[field] : undefined;
  const name = named !== undefined && secrets.isOutside(named) ? file.written(named) : own;
  return {
    entity: partName(kind),
    ...(typeof name === 'string' ? { name } : {}),
    field: formatPath(path.slice(depth)),
  };
}

/** The kind of the innermost entity on a path, and how long the path to that entity is. */
function kindAt(path: Path): readonly [EntityKind | undefined, number] {
  let found: readonly [EntityKind | undefined, number] = [undefined, 0];
  for (let depth = 2; depth <= path.length; depth += 2) {
    const [list, index] = path.slice(depth - 2, depth);
    if (typeof list !== 'string' || typeof index !== 'number' || !isEntityKind(list)) break;
    const [parent] = found;
    if (parent !== undefined && !nestedLists(parent).some(({ kind }) => kind === list)) break;
    found = [list, depth];
  }
  return found;
}

/** Of a value from outside, only what the file says; of a secret, nothing. */
function describeVeiled(value: unknown, literal: string, veil: Veil): string {
  if (veil.hidesText) return MASK;
  if (!veil.isOutside) return describe(value, literal);
  return literal === '' ? 'a value from outside of the file' : `the value of ${literal}`;
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

/** Finds lines and columns in the text of a source; both count from 1. */
class FileLines {
  readonly index: number;
  readonly name: string;
  readonly parsed: ParsedConfig;
  readonly secrets: Secrets;
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor({ source, parsed, outside = [] }: SourceText, index: number) {
    this.index = index;
    this.name = source.file;
    this.parsed = parsed;
    this.secrets = new Secrets(parsed.value, outside);
    this.#text = source.text;
    const { text } = source;
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

  slice({ start, end }: Span): string {
    return this.#text.slice(start, end);
  }

  /** What the file itself says at a path, without quotes. */
  written(path: Path): string {
    return this.slice(this.parsed.locate(path, 'value')).replace(/^(["'])(.*)\1$/s, '$2');
  }

  /** The place of a part of what stands at a place; the whole of it where the part is written with escapes. */
  narrow(span: Span, part: string | undefined): Span {
    const at = part === undefined ? -1 : this.slice(span).indexOf(part);
    return part === undefined || at === -1
      ? span
      : { start: span.start + at, end: span.start + at + part.length };
  }

  show(offset: number): string {
    const { line, column } = this.place(offset);
    return `${this.name}:${line}:${column}`;
  }
}
