import type { JsonSchema } from './entity-kind.js';
import { isSchema, schemasUnder, shapeOf } from './json-type.js';

/** A name, or a position in a list that counts from 0; `END` is the position after the last. */
type Step = string | number;
const END = -1;
/** No field of an entity has a longer path; a longer name is taken as one word, so that it costs nothing to split. */
const MAX_NAME = 256;

interface Branch {
  readonly names: Map<string, Branch>;
  readonly items: Map<number, Branch>;
  readonly values: string[];
  /** The position after the last item. */
  end: number;
}

/**
 * Reads `application/x-www-form-urlencoded` as Kong does: `a.b=1` nests, `a[]=x` and `a[2]=x` (counting from 1) make
 * lists, a name given twice too. Values become numbers, booleans, lists and null where the schema wants them.
 */
export function parseForm(text: string, schema: JsonSchema): Readonly<Record<string, unknown>> {
  const root = newBranch();
  for (const [name, value] of new URLSearchParams(text)) leaf(root, stepsOf(name)).values.push(value);
  const form = settle(root, schema);
  return isSchema(form) ? form : {};
}

function newBranch(): Branch {
  return { names: new Map(), items: new Map(), values: [], end: 0 };
}

function stepsOf(name: string): readonly Step[] {
  if (name.length > MAX_NAME) return [name];
  return name.split('.').flatMap((part) => {
    const list = /^(.+?)((?:\[\d*\])+)$/.exec(part);
    if (list === null) return [part];
    const positions = [...(list[2] ?? '').matchAll(/\[(\d*)\]/g)].map(([, digits]) =>
      positionOf(digits ?? ''),
    );
    return [list[1] ?? part, ...positions];
  });
}

function positionOf(digits: string): number {
  const position = Number(digits);
  return position >= 1 && Number.isSafeInteger(position) ? position - 1 : END;
}

function leaf(branch: Branch, steps: readonly Step[]): Branch {
  return steps.reduce(child, branch);
}

function child(branch: Branch, step: Step): Branch {
  if (typeof step === 'string') return childAt(branch.names, step);
  const position = step === END ? branch.end : step;
  branch.end = Math.max(branch.end, position + 1);
  return childAt(branch.items, position);
}

function childAt<Key>(children: Map<Key, Branch>, key: Key): Branch {
  const known = children.get(key) ?? newBranch();
  children.set(key, known);
  return known;
}

function settle(branch: Branch, schema: JsonSchema): unknown {
  const { type, keywords } = shapeOf(schema);
  if (branch.names.size > 0) {
    const fields = new Map(schemasUnder(keywords, 'properties'));
    const other = isSchema(keywords['additionalProperties']) ? keywords['additionalProperties'] : {};
    return Object.fromEntries(
      [...branch.names].map(([name, value]) => [name, settle(value, fields.get(name) ?? other)]),
    );
  }
  const items = isSchema(keywords['items']) ? keywords['items'] : {};
  const listed = [
    ...branch.values.map((value) => scalar(value, items)),
    ...inOrder(branch.items).map((item) => settle(item, items)),
  ];
  const [only] = branch.values;
  if (only === undefined || listed.length > 1) return listed;
  return type === 'array' && only !== '' ? listed : scalar(only, schema);
}

/** Positions that were left out leave no gap. */
function inOrder(items: ReadonlyMap<number, Branch>): readonly Branch[] {
  return [...items].sort(([a], [b]) => a - b).map(([, item]) => item);
}

function scalar(text: string, schema: JsonSchema): unknown {
  if (text === '') return null;
  const { type } = shapeOf(schema);
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : text);
  if (type !== 'integer' && type !== 'number') return text;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}
