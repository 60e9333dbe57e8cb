import type { ConfigIssue } from '../issue.js';
import { ISSUE_CODES } from '../issue-codes.js';
import type { ConfigSource } from '../source.js';
import { nearest } from '../suggest.js';

/** The word is not `ignore` alone, so that a note to people does not silence anything. */
const MARK = 'gateway-ignore';
const COMMENT = /(^|[ \t])#[ \t]*gateway-ignore(?![\w-])[ \t]*([^\n\r]*)/;

/** A comment that silences warnings: on the line it stands on, or on the next line where it has one for itself. */
interface IgnoreComment {
  readonly line: number;
  readonly codes: readonly { readonly code: string; readonly column: number }[];
  /** Where the list of codes begins. */
  readonly column: number;
  readonly source: string;
}

/**
 * Takes out the warnings that comments such as `# gateway-ignore unused-upstream` silence, and adds one for every
 * comment that cannot work. Errors cannot be silenced.
 */
export function applyIgnores(
  issues: readonly ConfigIssue[],
  sources: readonly ConfigSource[],
): readonly ConfigIssue[] {
  const marked = sources.filter(({ text }) => text.includes(MARK));
  if (marked.length === 0) return issues;
  const silenced = new Set<string>();
  const useless: ConfigIssue[] = [];
  for (const { file, text } of marked) {
    const lines = text.split('\n');
    for (const comment of findComments(lines)) {
      const target = targetOf(comment, lines);
      for (const { code } of comment.codes) silenced.add(`${file}\n${target}\n${code}`);
      useless.push(...judge(comment, file));
    }
  }
  const kept = issues.filter(
    ({ severity, file, line, code }) => severity === 'error' || !silenced.has(`${file}\n${line}\n${code}`),
  );
  const order = new Map(sources.map(({ file }, index) => [file, index]));
  const rank = ({ file }: ConfigIssue) => order.get(file) ?? 0;
  return [...kept, ...useless].sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

function findComments(lines: readonly string[]): readonly IgnoreComment[] {
  const comments: IgnoreComment[] = [];
  let blockIndent = -1;
  for (const [index, line] of lines.entries()) {
    const indent = line.search(/\S/);
    if (blockIndent >= 0 && (indent === -1 || indent > blockIndent)) continue;
    blockIndent = blockIndentOf(line);
    const found = COMMENT.exec(line);
    if (found === null || isQuoted(line.slice(0, found.index + 1))) continue;
    const list = found[2] ?? '';
    const column = found.index + found[0].length - list.length + 1;
    comments.push({ line: index + 1, codes: readCodes(list, column), column, source: line });
  }
  return comments;
}

/** A block scalar is text down to the next line that is indented no deeper than its key or dash; -1 for none. */
function blockIndentOf(line: string): number {
  if (!/(?:^|[:\-?] +)(?:[&!]\S+ +)*[|>][-+0-9]*[ \t]*(?:#.*)?\r?$/.test(line)) return -1;
  const dashes = /^ *(?:- +)*/.exec(line)?.[0] ?? '';
  return /^[|>&!]/.test(line.slice(dashes.length)) ? dashes.lastIndexOf('-') : dashes.length;
}

/** Whether a quoted text is still open at the end of this start of a line. */
function isQuoted(start: string): boolean {
  const bare = start.replaceAll(/"(?:[^"\\]|\\.)*"|(?<![\w])'(?:[^']|'')*'/g, '');
  return /(?:^|[\s[{,:-])["']/.test(bare);
}

/** Codes up to ` -- `, behind which a reason may stand. */
function readCodes(list: string, column: number): IgnoreComment['codes'] {
  const codes = list.split(/(?:^|[ \t])--(?:[ \t]|$)/, 1)[0] ?? '';
  return Array.from(codes.matchAll(/[^\s,]+/g), (found) => ({
    code: found[0],
    column: column + found.index,
  }));
}

function targetOf({ line, source }: IgnoreComment, lines: readonly string[]): number {
  if (!/^\s*#/.test(source)) return line;
  let next = line;
  while (next < lines.length && /^\s*(?:#|\r?$)/.test(lines[next] ?? '')) next += 1;
  return next + 1;
}

function judge(comment: IgnoreComment, file: string): readonly ConfigIssue[] {
  const { line, source } = comment;
  const issue = (column: number, length: number, message: string, hint: string): ConfigIssue => {
    const place = { file, line, column, endColumn: column + length, field: '', path: '' };
    return {
      code: 'bad-ignore',
      severity: 'warning',
      ...place,
      message,
      hint,
      source: source.replace(/\r$/, ''),
    };
  };
  if (comment.codes.length === 0) {
    const example = `write the code of the warning: # ${MARK} unused-upstream`;
    return [issue(Math.min(comment.column, source.length), 0, `${MARK} names no code`, example)];
  }
  return comment.codes.flatMap(({ code, column }) => {
    const known = Object.hasOwn(ISSUE_CODES, code) ? ISSUE_CODES[code] : undefined;
    if (known?.silenceable === true) return [];
    if (known !== undefined) {
      const message = `"${code}" is an error, and errors cannot be silenced`;
      return [issue(column, code.length, message, 'mend what it is about, and remove the comment')];
    }
    const near = nearest(code, WARNING_CODES);
    const hint = near === undefined ? `the codes are ${WARNING_CODES.join(', ')}` : `did you mean ${near}?`;
    return [issue(column, code.length, `there is no warning "${code}"`, hint)];
  });
}

const WARNING_CODES: readonly string[] = Object.keys(ISSUE_CODES)
  .filter((code) => ISSUE_CODES[code]?.silenceable === true)
  .sort();
