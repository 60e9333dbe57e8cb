import type { ConfigIssue } from './issue.js';

export interface FormatOptions {
  /** Whether to use ANSI colours, on a terminal for example. */
  readonly color: boolean;
}

/**
 * An issue for people: `file:line:column: error: service "users", field retries: … [code]`, then the line of the
 * file with the offending part underlined, then what to write instead. Several lines, no line break at the end.
 */
export function formatIssue(issue: ConfigIssue, { color }: FormatOptions): string {
  const paint = color ? PAINTED : PLAIN;
  const place = paint.place(`${issue.file}:${issue.line}:${issue.column}:`);
  const severity = issue.severity === 'error' ? paint.error('error:') : paint.warning('warning:');
  const what = paint.message(subject(issue) + printable(issue.message));
  const lines = [`${place} ${severity} ${what} ${paint.gutter(`[${issue.code}]`)}`];
  const gutter = ' '.repeat(String(issue.line).length + 2);
  if (issue.source !== undefined && issue.source.trim() !== '') {
    const { text, caret } = underline(issue.source, issue);
    lines.push(`  ${paint.gutter(`${issue.line} |`)} ${text}`);
    lines.push(`${gutter} ${paint.gutter('|')} ${paint.error(caret)}`);
  }
  if (issue.hint !== undefined)
    lines.push(`${gutter} ${paint.gutter('=')} ${paint.hint('hint:')} ${printable(issue.hint)}`);
  return lines.join('\n');
}

function subject({ entity, name, field }: ConfigIssue): string {
  const who = entity === undefined ? '' : name === undefined ? entity : `${entity} ${JSON.stringify(name)}`;
  const what = field === '' ? '' : `field ${printable(field)}`;
  const both = who === '' || what === '' ? `${who}${what}` : `${who}, ${what}`;
  return both === '' ? '' : `${printable(both)}: `;
}

/** The line as a terminal shows it, and the marks below it: a tab is one column to the file and up to eight here. */
function underline(source: string, issue: ConfigIssue): { readonly text: string; readonly caret: string } {
  const widthOf = (part: string) => [...expand(part)].length;
  const before = source.slice(0, issue.column - 1);
  const marked = source.slice(issue.column - 1, Math.max(issue.endColumn, issue.column) - 1).trimEnd();
  const caret = ' '.repeat(widthOf(before)) + '^'.repeat(Math.max(1, widthOf(marked)));
  return { text: expand(source), caret };
}

function expand(text: string): string {
  return printable(text.replaceAll('\t', '  '));
}

/** A config must not be able to drive the terminal that shows its issues. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\u{fffd}');
}

type Paint = Readonly<
  Record<'place' | 'error' | 'warning' | 'message' | 'gutter' | 'hint', (text: string) => string>
>;

const same = (text: string): string => text;
const PLAIN: Paint = { place: same, error: same, warning: same, message: same, gutter: same, hint: same };

const ansi =
  (code: string) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;
const PAINTED: Paint = {
  place: ansi('1'),
  error: ansi('1;31'),
  warning: ansi('1;33'),
  message: ansi('1'),
  gutter: ansi('34'),
  hint: ansi('36'),
};
