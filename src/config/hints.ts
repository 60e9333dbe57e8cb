import type { JsonSchema } from './schemas.js';
import { findUnfilled } from './substitute-syntax.js';

/** A type as Kong calls it in its messages. */
export function nounOf(type: unknown, schema: JsonSchema, isItem: boolean): string {
  switch (type) {
    case 'integer':
      return 'an integer';
    case 'array':
      return schema['x-kind'] === 'set' ? 'a set' : 'an array';
    case 'object':
      return isItem || schema['x-kind'] === 'record' ? 'a record' : 'a map';
    default:
      return `a ${String(type)}`;
  }
}

/** What to write where the type is wrong. `{got}` stands for the text in the file. */
export function typeHint(type: unknown, schema: JsonSchema, value: unknown, field: string): string {
  const scalar = typeof value !== 'object';
  switch (type) {
    case 'string':
      return scalar ? 'quote it: "{got}"' : 'write a single text in its place';
    case 'integer': {
      if (typeof value === 'string' && /^-?\d+$/.test(value)) return `write it without quotes: ${value}`;
      const { minimum, maximum } = schema;
      const own = fill(schema['x-hint'], value, field);
      if (own !== '') return own;
      if (Array.isArray(schema['enum'])) return `write ${listOr(schema['enum'])}`;
      const wide = typeof maximum !== 'number' || maximum >= Number.MAX_SAFE_INTEGER;
      return wide ? 'write a whole number' : `write a whole number from ${String(minimum)} to ${maximum}`;
    }
    case 'number':
      return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)
        ? `write it without quotes: ${value}`
        : 'write a number';
    case 'boolean':
      return 'write true or false, without quotes';
    case 'array':
      return scalar ? `write a list: ${field}: [{got}]` : 'write a list: each item begins with "- "';
    default:
      if (!scalar) return 'write a mapping (key: value), not a list';
      return schema['x-kind'] === 'entity'
        ? 'write a mapping, and begin it with its name: "- name: users"'
        : 'write key: value pairs in its place';
  }
}

/** Reminds of the default a required field has, as an end of a hint. */
export function leaveOut(schema: JsonSchema): string {
  return schema['default'] === undefined || schema['default'] === null
    ? ''
    : `, or leave the field out to get ${JSON.stringify(schema['default'])}`;
}

/** Files are often templates: say so instead of explaining the rule the placeholder breaks. */
export function placeholderHint(value: unknown): string | undefined {
  const found = typeof value === 'string' ? findUnfilled(value) : undefined;
  if (found === undefined) return undefined;
  return `${found.text} is not filled in: write \${${found.name}} to take the value from the variable ${found.name}`;
}

/** A template of the schemas (`x-message`, `x-hint`) with the offending value and its field; empty without one. */
export function fill(template: unknown, value: unknown, field: string): string {
  if (typeof template !== 'string') return '';
  const text = typeof value === 'string' ? shorten(value) : '';
  return template
    .replaceAll('{value}', () => text)
    .replaceAll('{upper}', () => text.toUpperCase())
    .replaceAll('{slug}', () => slug(text))
    .replaceAll('{hostish}', () => (/^[\w.-]+(?::\d+)?(?:\/\S*)?$/.test(text) ? text : 'example.com:8080'))
    .replaceAll('{field}', () => field);
}

function slug(text: string): string {
  return text.replaceAll(/[^\w.~-]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'users';
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** `a, b or c`. */
export function listOr(choices: readonly unknown[]): string {
  const words = choices.filter((choice) => choice !== null).map(String);
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The texts in a list; empty when there is no list. */
export function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
