import type { Random } from './random.js';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of configs.
/** What people, programs and attackers put where something else belongs. */
const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1,
    3.5,
    65_536,
    2 ** 53,
    1e308,
    '',
    'x',
    '/',
    '~/',
    '~/(',
    '//',
    'a b',
    'yes',
    '8000',
  ],
  ...[
    '*',
    '*.a.*',
    'http://',
    'http://a.test:99999/%zz',
    '${NAME}',
    '${{ env "NAME" | toInt }}',
    '{vault://env/x}',
  ],
  ...[
    '{{X}}',
    '\u0000',
    '\ud800',
    '\u{1f600}',
    '# gateway-ignore x',
    '~/(a+)+$',
    '~/a{1000}',
    'a'.repeat(3000),
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    [{}],
    { id: 'x' },
    { name: 'users' },
    { toString: 1 },
    [1, 'a', null],
    '3.0',
    '2.1',
    '1.1',
  ],
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of configs.

const KEYS = [
  'name',
  'id',
  'service',
  'routes',
  'plugins',
  'config',
  'tags',
  'x',
  '_comment',
  'url',
  'constructor',
  'é',
  '',
];

/** What breaks YAML, or makes something else of it. */
const SNIPPETS = [
  '\t',
  ': ',
  '- ',
  '&a ',
  '*a',
  '<<: ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '\n',
  '---\n',
  '|\n',
  '# gateway-ignore ',
  '!!js ',
  '? ',
  '%',
  '@',
  '\r\n',
  '${',
  '}}',
];

type Container = unknown[] | Record<string, unknown>;

/** A copy of a JSON value with a few of its parts replaced, removed, doubled, moved or renamed. */
export function mutateValue(value: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(value);
  for (let count = 1 + random.int(3); count > 0; count -= 1) {
    const containers = containersIn(copy);
    if (containers.length === 0) return random.pick(VALUES);
    mutateOne(random.pick(containers), containers, random);
  }
  return copy;
}

function mutateOne(container: Container, all: readonly Container[], random: Random): void {
  const keys = Object.keys(container);
  const key = keys.length === 0 ? undefined : random.pick(keys);
  const entries = container as Record<string, unknown>;
  switch (random.int(6)) {
    case 0:
      if (key !== undefined) entries[key] = random.pick(VALUES);
      return;
    case 1:
      if (key !== undefined && !Array.isArray(container)) delete entries[key];
      else if (Array.isArray(container)) container.splice(random.int(container.length + 1), 1);
      return;
    case 2:
      if (Array.isArray(container) && container.length > 0)
        container.push(structuredClone(random.pick(container)));
      else entries[random.pick(KEYS)] = random.pick(VALUES);
      return;
    case 3: {
      const other = random.pick(all);
      if (key !== undefined) entries[key] = structuredClone(other);
      return;
    }
    case 4:
      if (key === undefined || Array.isArray(container)) return;
      entries[random.chance(0.5) ? random.pick(KEYS) : `${key}s`] = entries[key];
      delete entries[key];
      return;
    default:
      if (key === undefined) return;
      entries[key] =
        typeof entries[key] === 'string'
          ? `${entries[key]}${random.pick(SNIPPETS)}`
          : JSON.stringify(entries[key]);
  }
}

function containersIn(value: unknown): Container[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Container, ...Object.values(value).flatMap(containersIn)];
}

/** A text with a few characters or lines inserted, removed, doubled or cut off. */
export function mutateText(text: string, random: Random): string {
  let mutated = text;
  for (let count = 1 + random.int(3); count > 0; count -= 1) {
    const at = random.int(mutated.length + 1);
    const length = random.int(12);
    const lines = mutated.split('\n');
    const line = random.int(lines.length);
    switch (random.int(5)) {
      case 0:
        mutated = mutated.slice(0, at) + random.pick(SNIPPETS) + mutated.slice(at);
        break;
      case 1:
        mutated = mutated.slice(0, at) + mutated.slice(at + length);
        break;
      case 2:
        mutated = lines.toSpliced(line, 0, lines[random.int(lines.length)] ?? '').join('\n');
        break;
      case 3:
        mutated = lines.toSpliced(line, 1, ` ${lines[line]}`).join('\n');
        break;
      default:
        mutated = random.chance(0.2) ? mutated.slice(0, at) : lines.toSpliced(line, 1).join('\n');
    }
  }
  return mutated;
}
