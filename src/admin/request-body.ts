import { type Answer, failure } from './answer.js';
import type { JsonSchema } from './entity-kind.js';
import { parseForm } from './form.js';
import { isSchema } from './json-type.js';
import type { AdminRequest } from './request.js';

/** Far more fields than any entity has. Checking a body takes time that the proxy in this process needs. */
const MAX_FIELDS = 1_000;

/** The entity a write carries, or the answer to a body that is none. */
export type ParsedBody =
  | { readonly entity: Readonly<Record<string, unknown>>; readonly refusal?: undefined }
  | { readonly refusal: Answer };

/** Reads a body as JSON or as a form, by its Content-Type. No body at all is an entity without fields, as in Kong. */
export function parseBody({ contentType, body }: AdminRequest, schema: JsonSchema): ParsedBody {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return parseJson(body);
  if (type === 'application/x-www-form-urlencoded') return bounded(parseForm(body, schema));
  if (type === undefined && body === '') return { entity: {} };
  const message = 'Unsupported Content-Type: send application/json or application/x-www-form-urlencoded';
  return { refusal: failure(415, message) };
}

function parseJson(body: string): ParsedBody {
  try {
    const entity: unknown = JSON.parse(body);
    if (isSchema(entity)) return bounded(entity);
  } catch {
    // The answer says so.
  }
  return { refusal: failure(400, 'Cannot parse JSON body') };
}

function bounded(entity: Readonly<Record<string, unknown>>): ParsedBody {
  if (Object.keys(entity).length <= MAX_FIELDS) return { entity };
  return { refusal: failure(400, `Too many fields: at most ${MAX_FIELDS}`) };
}
