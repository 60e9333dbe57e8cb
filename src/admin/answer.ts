/** What the Admin API answers: a JSON value and headers, not yet bytes. `body` undefined means no body at all. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The numbers Kong gives its kinds of errors; clients such as decK tell errors apart by them. */
const ERROR_CODES = {
  'schema violation': 2,
  'invalid size': 9,
  'invalid options': 11,
  'operation unsupported': 12,
} as const;
export type ErrorName = keyof typeof ERROR_CODES;

/** What a resource answers that can be read and not written (RFC 9110, 15.5.6 wants it on every 405). */
const READ_ONLY = 'GET, HEAD, OPTIONS';

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function notFound(message = 'Not found'): Answer {
  return { status: 404, body: { message } };
}

/** An error without a number: `{message}`. */
export function failure(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers, body: { message } };
}

/** An error in Kong's long form: `{code, name, message}` and, where given, the offending fields. */
export function namedFailure(
  status: number,
  name: ErrorName,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
): Answer {
  const body = { code: ERROR_CODES[name], name, message };
  return { status, body: fields === undefined ? body : { ...body, fields } };
}

/** A write that needs a database, in the words Kong uses without one. */
export function unsupported(message: string): Answer {
  return { ...namedFailure(405, 'operation unsupported', message), headers: { Allow: READ_ONLY } };
}
