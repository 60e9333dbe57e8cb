import { type Answer, namedFailure, ok } from './answer.js';

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1000;

/** What a list endpoint pages through. */
export interface Listing<Row> {
  /** The endpoint's own path, for the link to the next page. */
  readonly path: string;
  /** Sorted by `cursor`. */
  readonly rows: readonly Row[];
  /** Where a row stands. Cursors of different lists differ in `scope`, so that an offset fits one list only. */
  readonly scope: string;
  readonly cursor: (row: Row) => string;
  readonly show: (row: Row) => unknown;
}

/**
 * One page of a list, chosen by `size` and `offset`: `{data, next, offset}`. The offset names the last row of the page
 * before, not a position, so that no row is skipped or repeated when a reload comes between two pages. An offset
 * that means nothing here gives an empty page, as in Kong without a database.
 */
export function page<Row>(listing: Listing<Row>, query: URLSearchParams): Answer {
  const size = parseSize(query.get('size'));
  if (typeof size === 'string') return namedFailure(400, 'invalid size', size);
  const start = startOf(listing, query.get('offset'));
  const rows = listing.rows.slice(start, start + size);
  const data = rows.map(listing.show);
  const last = rows.at(-1);
  if (last === undefined || start + size >= listing.rows.length) return ok({ data, next: null });
  const offset = Buffer.from(`${listing.scope}|${listing.cursor(last)}`).toString('base64url');
  return ok({ data, next: nextLink(listing.path, query, offset), offset });
}

/** The number of rows a page may have, or what is wrong with it. */
function parseSize(text: string | null): number | string {
  if (text === null) return DEFAULT_SIZE;
  const size = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(size)) return 'size must be a number';
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
    return `size must be an integer between 1 and ${MAX_SIZE}`;
  }
  return size;
}

function startOf<Row>({ rows, scope, cursor }: Listing<Row>, offset: string | null): number {
  if (offset === null) return 0;
  const text = Buffer.from(offset, 'base64url').toString();
  if (!text.startsWith(`${scope}|`)) return rows.length;
  const after = text.slice(scope.length + 1);
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && cursor(row) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nextLink(path: string, query: URLSearchParams, offset: string): string {
  const next = new URLSearchParams({ offset });
  for (const [name, value] of query) if (name !== 'offset') next.append(name, value);
  return `${path}?${next}`;
}
