import type { Finding, Span } from './finding.js';

/** An error of the YAML parser: its own code and words, and where. */
export interface SyntaxFault extends Span {
  readonly code: string;
  readonly message: string;
}

interface Diagnosis {
  readonly message: string;
  readonly hint: string;
  /** Where the mistake is, if not where the parser noticed it. */
  readonly span?: Span;
}

/**
 * What the parser met, in the words of somebody who has to mend the file. One mistake upsets the parser several times
 * over, so only the first is told.
 */
export function syntaxFindings(faults: readonly SyntaxFault[], text: string): readonly Finding[] {
  const first = faults.toSorted((a, b) => a.start - b.start)[0];
  if (first === undefined) return [];
  const { message, hint, span = first } = diagnose(first, text);
  const code = CODES[first.code] ?? 'yaml-syntax';
  return [{ code, path: [], span: { start: span.start, end: span.end }, message, hint }];
}

const CODES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'multiple-documents',
  RESOURCE_EXHAUSTION: 'too-deep',
};

function diagnose(fault: SyntaxFault, text: string): Diagnosis {
  const tab = indentingTab(text, fault.start);
  if (tab !== undefined) {
    const hint = 'indent with spaces: let the editor replace every tab by two';
    return { message: 'YAML does not allow tabs as indentation', hint, span: { start: tab, end: tab + 1 } };
  }
  const unclosed = unclosedBracket(fault, text) ?? unclosedQuote(fault, text);
  if (unclosed !== undefined) return unclosed;
  const line = lineAt(text, fault.start);
  switch (fault.code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return /:\s.*:(?:\s|$)/.test(line) ? SECOND_COLON : deeperLine(fault, text);
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR':
      return noPair(fault, line);
    default:
      return DIAGNOSES[fault.code] ?? { message: lowerFirst(fault.message), hint: FALLBACK_HINT };
  }
}

const FALLBACK_HINT = 'check the indentation and the quotes of this line and of the one above it';

const SECOND_COLON: Diagnosis = {
  message: 'a second ": " on the line: YAML takes it for a mapping inside a value',
  hint: 'put quotes around the value, or start a new line',
};

const BAD_INDENT: Diagnosis = {
  message: 'wrong indentation',
  hint: 'keys of one mapping, and the dashes of one list, stand in one column',
};

const DIAGNOSES: Readonly<Record<string, Diagnosis>> = {
  MULTIPLE_DOCS: {
    message: 'the file holds more than one YAML document',
    hint: 'remove the line --- between them, or split the file',
  },
  BAD_DQ_ESCAPE: {
    message: 'an unknown escape in a double-quoted text',
    hint: "write \\\\ for a backslash, or use single quotes: '~/users/\\d+$'",
  },
  BAD_INDENT,
  TAG_RESOLVE_FAILED: {
    message: 'an unknown YAML tag',
    hint: 'remove the word that starts with "!", or put quotes around the value',
  },
  BAD_SCALAR_START: {
    message: 'a value cannot start with this character',
    hint: 'put quotes around the value',
  },
  BAD_ALIAS: { message: 'an alias without a name', hint: 'a text that starts with * needs quotes: "*"' },
  RESOURCE_EXHAUSTION: { message: 'nested too deeply to read', hint: 'a config needs about ten levels' },
};

/** A line that is no pair: a colon without a space, or no colon at all. */
function noPair(fault: SyntaxFault, line: string): Diagnosis {
  const joined = /^\s*(?:- +)*([\w.-]+):(\S.*)$/.exec(line);
  if (joined !== null) {
    return { message: 'a space is missing after the colon', hint: `write ${joined[1]}: ${joined[2]}` };
  }
  const spaced = /^\s*(?:- +)*([\w.-]+)\s+(\S.*)$/.exec(line);
  if (spaced !== null && !/:(?:\s|$)/.test(line)) {
    return { message: 'there is no ":" between key and value', hint: `write ${spaced[1]}: ${spaced[2]}` };
  }
  return { message: lowerFirst(fault.message), hint: FALLBACK_HINT };
}

/** The parser blames the value above a line that is indented too deeply. */
function deeperLine(fault: SyntaxFault, text: string): Diagnosis {
  const next = /\n[ \t\r\n]*(?=[^\s])/y;
  const end = text.indexOf('\n', fault.start);
  next.lastIndex = end === -1 ? text.length : end;
  if (!next.test(text)) return BAD_INDENT;
  const start = next.lastIndex;
  return { ...BAD_INDENT, span: { start, end: start + lineAt(text, start).trim().length } };
}

function unclosedBracket(fault: SyntaxFault, text: string): Diagnosis | undefined {
  const closing = /Flow (?:map|sequence) .*end with a ([}\]])/.exec(fault.message)?.[1];
  if (closing === undefined) return undefined;
  const opening = closing === '}' ? '{' : '[';
  let depth = 0;
  for (let at = fault.start - 1; at >= 0; at -= 1) {
    const character = text[at];
    if (character === closing) depth += 1;
    else if (character === opening) depth -= 1;
    if (depth < 0) {
      const hint = `write ${closing} at the end of what it opens`;
      return { message: `this ${opening} is never closed`, hint, span: { start: at, end: at + 1 } };
    }
  }
  return undefined;
}

function unclosedQuote(fault: SyntaxFault, text: string): Diagnosis | undefined {
  const quote = /^Missing closing (["'])/.exec(fault.message)?.[1];
  const start = quote === undefined ? -1 : text.lastIndexOf(quote, fault.start - 1);
  if (quote === undefined || start === -1) return undefined;
  const hint = `write ${quote} at the end of the text`;
  return { message: `this ${quote} is never closed`, hint, span: { start, end: start + 1 } };
}

/** The offset of a tab that indents the line at `offset`, if one does. */
function indentingTab(text: string, offset: number): number | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const indent = /^ *\t/.exec(text.slice(start, start + 1000));
  return indent === null ? undefined : start + indent[0].length - 1;
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset);
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end === -1 ? text.length : end);
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
