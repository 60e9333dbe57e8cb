import { isMapping } from './finding.js';
import { type EntityKind, entityFields } from './schemas.js';

type Defaults = Readonly<Record<string, unknown>>;

const defaults: Readonly<Record<EntityKind, Defaults>> = {
  services: defaultsOf('services'),
  routes: defaultsOf('routes'),
};

/**
 * Reads the fields of a valid entity, each with its schema's default where the entity says nothing. A field that is
 * not what is asked for is a defect of the schemas and throws a TypeError.
 */
export class Fields {
  readonly #entity: Readonly<Record<string, unknown>>;
  readonly #defaults: Defaults;

  constructor(kind: EntityKind, entity: Readonly<Record<string, unknown>>) {
    this.#entity = entity;
    this.#defaults = defaults[kind];
  }

  text(field: string): string | null {
    const value = this.#read(field);
    return value === null || typeof value === 'string' ? value : unexpected(field, value);
  }

  number(field: string): number {
    return this.optionalNumber(field) ?? unexpected(field, null);
  }

  optionalNumber(field: string): number | null {
    const value = this.#read(field);
    return value === null || typeof value === 'number' ? value : unexpected(field, value);
  }

  flag(field: string): boolean {
    return this.optionalFlag(field) ?? unexpected(field, null);
  }

  optionalFlag(field: string): boolean | null {
    const value = this.#read(field);
    return value === null || typeof value === 'boolean' ? value : unexpected(field, value);
  }

  choice<T extends string | number>(field: string, choices: readonly T[]): T {
    return choose(field, this.#read(field), choices);
  }

  choices<T extends string>(field: string, choices: readonly T[]): readonly T[] {
    return (this.set(field) ?? []).map((value) => choose(field, value, choices));
  }

  list(field: string): readonly string[] | null {
    const value = this.#read(field);
    return value === null ? null : stringsOf(field, value);
  }

  /** A list whose repeated values count once. */
  set(field: string): readonly string[] | null {
    const list = this.list(field);
    return list === null || list.length < 2 ? list : [...new Set(list)];
  }

  lists(field: string): Readonly<Record<string, readonly string[]>> | null {
    const value = this.#read(field);
    if (value === null) return null;
    if (!isMapping(value)) return unexpected(field, value);
    return Object.fromEntries(Object.entries(value).map(([name, list]) => [name, stringsOf(field, list)]));
  }

  #read(field: string): unknown {
    return this.#entity[field] ?? this.#defaults[field] ?? null;
  }
}

function choose<T extends string | number>(field: string, value: unknown, choices: readonly T[]): T {
  return choices.find((choice) => choice === value) ?? unexpected(field, value);
}

function stringsOf(field: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return unexpected(field, value);
  return value.map((item: unknown) => (typeof item === 'string' ? item : unexpected(field, item)));
}

function unexpected(field: string, value: unknown): never {
  throw new TypeError(`the schemas let ${JSON.stringify(value)} pass as ${field}`);
}

function defaultsOf(kind: EntityKind): Defaults {
  return Object.fromEntries(
    Object.entries(entityFields(kind)).map(([name, field]) => [name, field['default']]),
  );
}
