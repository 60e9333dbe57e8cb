import { type Finding, isMapping, type Path } from './finding.js';
import { luaFault } from './lua-syntax.js';
import { fieldsOf } from './plugin-defaults.js';
import type { JsonSchema } from './schemas.js';

const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'];

/** What breaks the rules that JSON Schema has no words for: the places are marked with `x-format`. */
export function checkFormats(schema: JsonSchema, value: unknown, path: Path): readonly Finding[] {
  const findings: Finding[] = [];
  if (hasFormats(schema)) visit(schema, value, path, findings);
  return findings;
}

const knownFormats = new WeakMap<JsonSchema, boolean>();

/** Whether there is anything to look for; most schemas have no such rule. */
function hasFormats(schema: JsonSchema): boolean {
  const known = knownFormats.get(schema);
  if (known !== undefined) return known;
  const { items, additionalProperties } = schema;
  const inside = [...Object.values(fieldsOf(schema)), items, additionalProperties].filter(isMapping);
  const found = schema['x-format'] !== undefined || inside.some(hasFormats);
  knownFormats.set(schema, found);
  return found;
}

function visit(schema: JsonSchema, value: unknown, path: Path, findings: Finding[]): void {
  switch (schema['x-format']) {
    case 'regex':
      if (typeof value === 'string') findings.push(...checkRegex(value, path, 'not a valid regex: '));
      break;
    case 'regex-or-star':
      if (typeof value === 'string' && value !== '*') findings.push(...checkRegex(value, path, ''));
      break;
    case 'lua':
      if (typeof value === 'string') findings.push(...checkLua(value, path));
      break;
    case 'periods':
      findings.push(...checkPeriods(value, path));
      break;
    case 'unique-names':
      findings.push(...checkUniqueNames(value, path));
      break;
    default:
  }
  visitInside(schema, value, path, findings);
}

function visitInside(schema: JsonSchema, value: unknown, path: Path, findings: Finding[]): void {
  const { items, additionalProperties } = schema;
  if (Array.isArray(value)) {
    if (!isMapping(items)) return;
    for (const [index, item] of value.entries()) visit(items, item, [...path, index], findings);
    return;
  }
  if (!isMapping(value)) return;
  const fields = fieldsOf(schema);
  for (const [key, item] of Object.entries(value)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : additionalProperties;
    if (isMapping(field)) visit(field, item, [...path, key], findings);
  }
}

/** The dialect is PCRE's, where it differs from JavaScript's in spelling only. */
function checkRegex(pattern: string, path: Path, before: string): readonly Finding[] {
  const source = pattern
    .replace(/^\(\?[a-zA-Z]+\)/, '')
    .replaceAll(/\(\?(?:[a-zA-Z]*(?:-[a-zA-Z]+)?:|>)/g, '(?:')
    .replaceAll('(?P<', '(?<')
    .replaceAll(/(?<!\\)([*+?}])\+/g, '$1');
  try {
    new RegExp(source);
    return [];
  } catch {
    // The library's own words speak of the changed pattern.
    const message = before === '' ? `'${pattern}' is not a valid regex` : `${before}${pattern}`;
    const hint = pattern.startsWith('*')
      ? `write "*" alone for everything, or a regex: .*${pattern.slice(1).replaceAll('.', '\\.')}`
      : 'write a regex: a dot that means a dot is \\. and brackets come in pairs';
    return [{ code: 'invalid-regex', path, message, hint }];
  }
}

/** The code is not run here, but it has to be Lua. */
function checkLua(code: string, path: Path): readonly Finding[] {
  const fault = luaFault(code);
  if (fault === undefined) return [];
  const where = code.trimEnd().includes('\n') ? `line ${fault.line} of the code: ` : '';
  return [
    { code: 'invalid-code', path, message: `not valid Lua: ${where}${fault.message}`, hint: 'mend the code' },
  ];
}

/** More requests in a minute than in the hour around it cannot be meant. */
function checkPeriods(value: unknown, path: Path): readonly Finding[] {
  if (!isMapping(value)) return [];
  const limits = PERIODS.flatMap((period) => {
    const limit = value[period];
    return typeof limit === 'number' ? [{ period, limit }] : [];
  });
  for (const [index, lower] of limits.entries()) {
    const upper = limits.slice(index + 1).find(({ limit }) => limit < lower.limit);
    if (upper === undefined) continue;
    const [of, less] = [`${upper.period}(${shown(upper.limit)})`, `${lower.period}(${shown(lower.limit)})`];
    return [
      {
        code: 'conflicting-fields',
        path: [...path, lower.period],
        message: `the limit for ${of} cannot be lower than the limit for ${less}`,
        hint: `raise ${upper.period}, or remove ${lower.period}`,
        other: [...path, upper.period],
      },
    ];
  }
  return [];
}

function shown(limit: number): string {
  return limit.toFixed(1);
}

function checkUniqueNames(value: unknown, path: Path): readonly Finding[] {
  const first = new Map<string, number>();
  const findings: Finding[] = [];
  for (const [index, item] of Array.isArray(value) ? value.entries() : []) {
    const name = isMapping(item) ? item['name'] : undefined;
    if (typeof name !== 'string') continue;
    const before = first.get(name);
    if (before === undefined) first.set(name, index);
    else {
      findings.push({
        code: 'invalid-value',
        path: [...path, index, 'name'],
        message: `repeated tags are not allowed: ${name}`,
        hint: 'remove one of them; the other is at {other}',
        other: [...path, before, 'name'],
      });
    }
  }
  return findings;
}
