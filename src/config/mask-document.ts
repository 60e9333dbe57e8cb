import { isMapping, type Path, valueAt } from './finding.js';
import { MASK, maskAt } from './mask.js';
import { findSecretFields } from './mask-fields.js';
import { parseConfig } from './parse.js';
import { isWhollyOutside } from './substitute-syntax.js';

/** What stands between the texts of a config that comes from several files. */
export const DOCUMENT_SEPARATOR = '\n---\n';

/**
 * The texts of a config as they may be shown, joined as they are in `GatewayConfig.document`. A line of dashes parts
 * documents wherever it stands (https://yaml.org/spec/1.2.2/#document-markers), so that taking them apart is safe.
 */
export function maskDocuments(document: string): string {
  return document.split(DOCUMENT_SEPARATOR).map(maskDocument).join(DOCUMENT_SEPARATOR);
}

/**
 * The text of a config file as it may be shown: secrets written in it are masked, all else, comments and order
 * included, stays as it is. Placeholders stay too, for their values are not in the text. JSON comes back indented. A
 * text that cannot be read is masked as a whole, one of comments alone is shown.
 */
export function maskDocument(text: string): string {
  const parsed = parseConfig({ file: '', text });
  const { value } = parsed;
  if (value === undefined) return isOnlyComments(text) ? text : MASK;
  const paths = findSecretFields(value).flatMap((path) => leavesAt(value, path));
  if (paths.length === 0) return text;
  // The place of every part of a JSON text is dear to find, and its layout says nothing.
  if (/^\s*\{/.test(text)) return JSON.stringify(maskAt(value, paths), null, 2);
  const spans = paths.map((path) => parsed.locate(path, 'value')).sort((a, b) => b.start - a.start);
  let masked = text;
  let above = Number.POSITIVE_INFINITY;
  for (const { start, end } of spans) {
    // What an alias repeats has one place.
    if (start >= above) continue;
    const lineEnd = text.slice(start, end).endsWith('\n') ? '\n' : '';
    masked = `${masked.slice(0, start)}"${MASK}"${lineEnd}${masked.slice(end)}`;
    above = start;
  }
  return masked;
}

/** The scalars at or below a path that hold something to hide. */
function leavesAt(root: unknown, path: Path): readonly Path[] {
  const value = valueAt(root, path);
  if (Array.isArray(value)) return value.flatMap((_, index) => leavesAt(root, [...path, index]));
  if (isMapping(value)) return Object.keys(value).flatMap((key) => leavesAt(root, [...path, key]));
  const isShown = value === null || value === '' || (typeof value === 'string' && isWhollyOutside(value));
  return isShown ? [] : [path];
}

function isOnlyComments(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#|$)/.test(line));
}
