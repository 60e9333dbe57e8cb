import { type Finding, formatPath, isMapping, type Path } from './finding.js';
import { fill, leaveOut, listOr, nounOf, placeholderHint, stringsOf, typeHint } from './hints.js';
import { entityFields, type JsonSchema } from './schemas.js';
import { nearest } from './suggest.js';

/** A schema rule that a value does not keep. */
export interface Breach {
  readonly keyword: string;
  /** The value's place; for a missing or unknown field, that of the mapping it belongs to. */
  readonly path: Path;
  readonly params: Readonly<Record<string, unknown>>;
  /** The schema that holds the keyword. */
  readonly schema: JsonSchema;
  readonly value: unknown;
  /** The offending key, where a key rather than a value is wrong. */
  readonly inKey: string | undefined;
  /** The fields the mapping at `path` may have. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What the schemas say of the field in all, its default for one. */
  readonly declared: JsonSchema;
}

/** A finding, and what decides whether another one says the same. */
interface Worded {
  readonly finding: Finding;
  readonly container: string;
  /** The field it is about, or was meant to be about. */
  readonly about: string | undefined;
  /** It only follows from a mistake in one of these fields, if there is one. */
  readonly unless: readonly string[];
}

/** The breaches in words, one for each mistake, in no particular order. */
export function wordBreaches(breaches: readonly Breach[]): readonly Finding[] {
  const worded = breaches.map(word);
  const blamed = new Set<string>();
  for (const { container, about, unless } of worded) {
    if (about !== undefined && unless.length === 0) blamed.add(`${container} ${about}`);
  }
  const badKeys = new Set(
    worded.flatMap(({ finding: { at, path } }) => (at === 'key' ? [formatPath(path)] : [])),
  );
  const seen = new Set<string>();
  return worded
    .filter(({ finding: { at, path } }) => at === 'key' || !badKeys.has(formatPath(path)))
    .filter(({ container, unless }) => !unless.some((field) => blamed.has(`${container} ${field}`)))
    .filter(({ finding }) => {
      const key = `${formatPath(finding.path)} ${finding.at ?? ''}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .map(({ finding }) => finding);
}

function word(breach: Breach): Worded {
  const { keyword, path, params, schema } = breach;
  const unless = stringsOf(schema['x-unless']);
  if (keyword === 'required') return missing(breach, String(params['missingProperty']));
  if (keyword === 'unevaluatedProperties' || keyword === 'additionalProperties') return unknownField(breach);
  const isEntityRule = keyword === 'anyOf' && unless.length > 0;
  const container = isEntityRule ? path : path.slice(0, fieldDepth(path));
  const about = isEntityRule ? undefined : path[container.length];
  const finding =
    breach.inKey === undefined ? wordValue(breach, isEntityRule) : wordKey(breach, breach.inKey);
  return {
    finding,
    container: formatPath(container),
    about: about === undefined ? undefined : String(about),
    unless,
  };
}

/** How long the path of the mapping is that a value's field belongs to: up to its last key that is no index. */
function fieldDepth(path: Path): number {
  let depth = path.length - 1;
  while (depth > 0 && typeof path[depth] === 'number') depth -= 1;
  return Math.max(depth, 0);
}

function missing(breach: Breach, field: string): Worded {
  const schema = breach.fields[field];
  const own = isMapping(schema) ? schema['x-required-hint'] : undefined;
  const hint = typeof own === 'string' ? own : field === 'host' ? HOST_HINT : `add ${field}`;
  const finding = {
    code: 'required-field',
    path: [...breach.path, field],
    message: 'required field missing',
    hint,
  };
  return {
    finding,
    container: formatPath(breach.path),
    about: undefined,
    unless: field === 'host' ? ['host', 'url'] : [field],
  };
}

const HOST_HINT = 'add host, or all of protocol, host, port and path as url: http://example.com:8080/path';

function unknownField(breach: Breach): Worded {
  const { params, path, fields } = breach;
  const field = String(params['unevaluatedProperty'] ?? params['additionalProperty']);
  const owner = ownerOf(field, fields);
  const meant = owner === undefined ? nearest(field.replace(/^_+/, ''), Object.keys(fields)) : undefined;
  const hint = owner ?? (meant === undefined ? unknownHint(Object.keys(fields)) : `did you mean ${meant}?`);
  const finding: Finding = {
    code: 'unknown-field',
    path: [...path, field],
    at: 'key',
    message: 'unknown field',
    hint,
  };
  return { finding, container: formatPath(path), about: meant ?? field, unless: [] };
}

/** Says so where a field of routes stands in a service, or the other way round. */
function ownerOf(field: string, fields: Readonly<Record<string, unknown>>): string | undefined {
  if (Object.hasOwn(fields, 'host') && Object.hasOwn(entityFields('routes'), field)) {
    return `${field} is a field of routes: move it into a route below routes`;
  }
  if (Object.hasOwn(fields, 'paths') && Object.hasOwn(entityFields('services'), field)) {
    const meant = nearest(field, Object.keys(fields));
    return meant === undefined ? `${field} is a field of services: move it to the service` : undefined;
  }
  return undefined;
}

function unknownHint(known: readonly string[]): string {
  if (known.length === 0) return 'remove it';
  const listed = known.filter((name) => !name.startsWith('_'));
  return listed.length > 24
    ? 'remove it, or check its spelling and indentation'
    : `remove it; known here: ${listed.join(', ')}`;
}

function wordKey(breach: Breach, key: string): Finding {
  const { path, schema, keyword } = breach;
  const message = keyword === 'minLength' ? 'length must be at least 1' : fill(schema['x-message'], key, '');
  const hint = keyword === 'minLength' ? 'write a name' : fill(schema['x-hint'], key, '');
  return { code: 'invalid-key', path: [...path, key], at: 'key', message, hint };
}

function wordValue(breach: Breach, isEntityRule: boolean): Finding {
  const { path, schema, value, keyword } = breach;
  const field = String(path[fieldDepth(path)] ?? '');
  const code = typeof schema['x-code'] === 'string' ? schema['x-code'] : undefined;
  if (isEntityRule) {
    return {
      code: code ?? 'invalid-entity',
      path,
      message: fill(schema['x-message'], '', ''),
      hint: fill(schema['x-hint'], '', ''),
    };
  }
  if (keyword === 'type' && schema['type'] !== 'null') return wrongType(breach, field);
  if (keyword === 'enum') return wrongChoice(breach);
  const { message, hint } = ruleWords(breach, field);
  const isEmptyList = Array.isArray(value) && value.length === 0;
  const said = typeof value === 'object' ? isEmptyList : message.includes(String(value));
  const shown = said || code !== undefined ? {} : { got: { value } };
  if (code === 'not-supported' && keyword !== 'pattern') return { code, path, at: 'key', message, hint };
  return { code: code ?? 'invalid-value', path, message, hint: placeholderHint(value) ?? hint, ...shown };
}

function ruleWords(breach: Breach, field: string): { readonly message: string; readonly hint: string } {
  const { keyword, schema, value } = breach;
  const own = fill(schema['x-message'], value, field);
  const hint = fill(schema['x-hint'], value, field);
  switch (keyword) {
    case 'minLength':
    case 'minItems':
      return {
        message: 'length must be at least 1',
        hint:
          keyword === 'minItems'
            ? 'add an item, or remove the field'
            : 'write something, or remove the field',
      };
    case 'minimum':
    case 'maximum':
      if (own !== '') return { message: own, hint };
      return {
        message: `value should be between ${schema['minimum']} and ${schema['maximum']}`,
        hint: hint === '' ? 'write a number in that range' : hint,
      };
    default:
      return { message: own === '' ? `breaks the rule ${keyword}` : own, hint };
  }
}

function wrongChoice(breach: Breach): Finding {
  const { schema, value, path } = breach;
  const allowed = Array.isArray(schema['enum']) ? schema['enum'].filter((choice) => choice !== null) : [];
  const meant = typeof value === 'string' ? nearest(value, allowed.map(String)) : undefined;
  const webSocket =
    value === 'ws' || value === 'wss' ? 'WebSockets are part of http and https: write those' : undefined;
  const own = fill(schema['x-hint'], value, '');
  const hint =
    placeholderHint(value) ??
    webSocket ??
    (own !== '' ? own : meant === undefined ? `write ${listOr(allowed)}` : `did you mean ${meant}?`);
  return {
    code: 'invalid-choice',
    path,
    message: `expected one of: ${allowed.join(', ')}`,
    hint,
    got: { value },
  };
}

function wrongType(breach: Breach, field: string): Finding {
  const { schema, value, path } = breach;
  const type = Array.isArray(schema['type'])
    ? schema['type'].find((name) => name !== 'null')
    : schema['type'];
  if (value === null || value === undefined) {
    const isItem = typeof path.at(-1) === 'number';
    const what = nounOf(type, schema, isItem);
    const hint = isItem
      ? 'remove the empty item, or fill it in'
      : `write ${what}${leaveOut(breach.declared)}`;
    const message = isItem ? `expected ${what}` : 'required field missing';
    return {
      code: isItem ? 'wrong-type' : 'required-field',
      path,
      message,
      hint,
      ...(isItem ? { got: { value } } : {}),
    };
  }
  const isEntity = typeof path.at(-1) === 'number' && type === 'object';
  const message = isEntity ? 'expected a record' : `expected ${nounOf(type, schema, false)}`;
  const hint = placeholderHint(value) ?? typeHint(type, schema, value, field);
  return { code: 'wrong-type', path, message, hint, got: { value } };
}
