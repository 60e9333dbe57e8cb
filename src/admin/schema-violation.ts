import { type Answer, namedFailure } from './answer.js';
import type { Violation } from './entity-kind.js';

type FieldTree = { [key: string]: FieldErrors };
type FieldErrors = string | FieldTree | (FieldErrors | null)[];

/** The 400 of an entity that breaks rules, with Kong's summary and the messages by field. */
export function schemaViolation(violations: readonly Violation[]): Answer {
  const whole = violations.filter(({ field }) => field === '@entity').map(({ message }) => message);
  const single = violations
    .filter(({ field }) => field !== '@entity')
    .sort((a, b) => (a.field < b.field ? -1 : 1));
  const lines = [...whole, ...single.map(({ field, message }) => `${field}: ${message}`)];
  const summary = lines.length === 1 ? 'schema violation' : `${lines.length} schema violations`;
  const fields = emptyTree();
  if (whole.length > 0) fields['@entity'] = whole;
  for (const { field, message } of single) plant(fields, fieldPath(field), message);
  return namedFailure(400, 'schema violation', `${summary} (${lines.join('; ')})`, fields);
}

/** `paths[1]` and `headers.x-v` as steps: names, and positions that count from 0. */
function fieldPath(field: string): readonly (string | number)[] {
  const steps = field.match(/\[\d+\]|[^.[\]]+/g) ?? [field];
  return steps.map((step) => (step.startsWith('[') ? Number(step.slice(1, -1)) : step));
}

/** Hangs a message into the tree. Where the place is taken the first message stays; the summary has them all. */
function plant(tree: FieldTree, path: readonly (string | number)[], message: string): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  const name = String(step);
  tree[name] = grow(tree[name], rest, message);
}

function grow(
  current: FieldErrors | undefined | null,
  path: readonly (string | number)[],
  message: string,
): FieldErrors {
  const [step, ...rest] = path;
  if (typeof current === 'string') return current;
  if (step === undefined) return current ?? message;
  if (typeof step === 'number') {
    const list = Array.isArray(current) ? current : [];
    while (list.length < step) list.push(null);
    list[step] = grow(list[step], rest, message);
    return list;
  }
  const tree = current === undefined || current === null || Array.isArray(current) ? emptyTree() : current;
  plant(tree, path, message);
  return tree;
}

/** Without a prototype: a field may be called `__proto__`, and is then reported like any other. */
function emptyTree(): FieldTree {
  return Object.create(null);
}
