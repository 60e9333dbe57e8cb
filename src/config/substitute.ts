import { type Finding, isMapping, type Path } from './finding.js';
import { convert, pipeFor, RESULT_OF } from './substitute-convert.js';
import { hasMark, pluginConfigAt, schemasAt, typesOf } from './substitute-fields.js';
import {
  findUnfilled,
  isDeckForm,
  type Piece,
  type Placeholder,
  scanPlaceholders,
} from './substitute-syntax.js';
import {
  envVaultPrefix,
  parseVaultReference,
  pickFromSecret,
  type VaultReference,
  vaultVariable,
} from './substitute-vault.js';
import { nearest } from './suggest.js';

/** The variables values may come from. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Substitution {
  readonly findings: readonly Finding[];
  /** The places whose value came from outside of the file; a default counts too. */
  readonly secretPaths: readonly Path[];
}

/** Plugins whose config is Lua code, where `${…}` and `$NAME` belong to the code. */
const CODE_PLUGINS: ReadonlySet<string> = new Set(['pre-function', 'post-function']);

/** Texts that nobody reads but people. */
const COMMENTS: ReadonlySet<string> = new Set(['_comment', '_ignore']);

/**
 * Puts values from the environment in the place of their placeholders, in place. Only parsed scalars are looked at,
 * never keys; what is put in is not looked at again. A scalar that is one placeholder becomes the number or boolean
 * that its field wants. In Lua code only decK's `${{ env "NAME" }}` counts.
 */
export function substituteValues(value: Record<string, unknown>, environment: Environment): Substitution {
  const substituter = new Substituter(value, environment);
  substituter.visit(value, [], false);
  return substituter;
}

type Scalar = string | number | boolean;

class Substituter implements Substitution {
  readonly findings: Finding[] = [];
  readonly secretPaths: Path[] = [];
  readonly #root: Record<string, unknown>;
  readonly #environment: Environment;
  /** The parts that aliases repeat are one object: each is filled once, and its places count for every repetition. */
  readonly #done = new Map<object, readonly Path[]>();

  constructor(root: Record<string, unknown>, environment: Environment) {
    this.#root = root;
    this.#environment = environment;
  }

  visit(part: object, path: Path, code: boolean): void {
    const known = this.#done.get(part);
    if (known !== undefined) {
      for (const below of known) this.secretPaths.push([...path, ...below]);
      return;
    }
    const before = this.secretPaths.length;
    if (Array.isArray(part)) this.#visitList(part, path, code);
    else if (isMapping(part)) this.#visitMapping(part, path, code);
    this.#done.set(part, this.secretPaths.length === before ? NONE : this.#below(before, path.length));
  }

  #below(from: number, depth: number): readonly Path[] {
    return this.secretPaths.slice(from).map((path) => path.slice(depth));
  }

  #visitList(list: unknown[], path: Path, code: boolean): void {
    for (const [index, item] of list.entries()) {
      if (typeof item === 'string') list[index] = this.#fill(item, path, index, code);
      else if (typeof item === 'object' && item !== null) this.visit(item, [...path, index], code);
    }
  }

  #visitMapping(mapping: Record<string, unknown>, path: Path, code: boolean): void {
    for (const key of Object.keys(mapping)) {
      if (key.includes('${')) this.#checkKey(key, path);
      const item = mapping[key];
      if (typeof item === 'string') {
        if (!COMMENTS.has(key)) mapping[key] = this.#fill(item, path, key, code);
      } else if (typeof item === 'object' && item !== null && !COMMENTS.has(key)) {
        const here = [...path, key];
        this.visit(item, here, code || this.#beginsCode(here));
      }
    }
  }

  #beginsCode(path: Path): boolean {
    const last = path.at(-1);
    if (last !== 'config' && path[0] !== '_plugin_configs') return false;
    const plugin = pluginConfigAt(this.#root, path)?.plugin;
    return plugin !== undefined && CODE_PLUGINS.has(plugin);
  }

  #fill(text: string, parent: Path, step: string | number, code: boolean): Scalar {
    if (!MAY_HOLD.test(text)) return text;
    const path = [...parent, step];
    const reference = parseVaultReference(text);
    if (reference !== undefined) return this.#fillReference(text, reference, path);
    const pieces = scanPlaceholders(text, code ? 'deck' : 'all');
    const [first] = pieces;
    if (code) this.#checkCode(text, path);
    else if (pieces.length === 1 && first === text) this.#checkUnfilled(text, path);
    if (typeof first === 'string' && pieces.length === 1) return first;
    const value = this.#join(pieces, path);
    if (value === undefined) return text;
    this.secretPaths.push(path);
    return value;
  }

  /** The value of a scalar; undefined where a part of it is missing, which has been told then. */
  #join(pieces: readonly Piece[], path: Path): Scalar | undefined {
    const values = pieces.map((piece) => this.#valueOf(piece, path));
    if (values.includes(undefined)) return undefined;
    const [first, ...rest] = pieces;
    const whole =
      typeof first === 'object' && rest.every((piece) => typeof piece === 'string' && /^\s*$/.test(piece));
    if (whole && first.kind === 'variable') {
      const [value] = values;
      if (typeof value !== 'string') return value;
      const pipe = pipeFor(typesOf(schemasAt(this.#root, path)));
      const converted = pipe === undefined ? undefined : convert(value, pipe);
      if (converted !== undefined) return converted;
    }
    return values.join('');
  }

  #valueOf(piece: Piece, path: Path): Scalar | undefined {
    if (typeof piece === 'string') return piece;
    if (piece.kind === 'misspelt') {
      const { message, hint, text } = piece;
      this.findings.push({ code: 'bad-placeholder', path, message, hint, part: text });
      return undefined;
    }
    const value = this.#read(piece, path);
    if (value === undefined || piece.pipe === undefined) return value;
    const converted = convert(value, piece.pipe);
    if (converted !== undefined) return converted;
    const message = `the value of ${piece.name} is not ${RESULT_OF[piece.pipe]}, which ${piece.pipe} asks for`;
    const hint = `set ${piece.name} to ${RESULT_OF[piece.pipe]}, or leave | ${piece.pipe} out`;
    this.findings.push({ code: 'bad-variable', path, message, hint, part: piece.text });
    return undefined;
  }

  #read({ name, fallback, text }: Placeholder, path: Path): string | undefined {
    const set = this.#variable(name);
    // As in a shell, an empty variable counts as unset where there is a default.
    if (set !== undefined && (set !== '' || fallback === undefined)) return set;
    if (fallback === undefined) {
      this.#missing(name, text, path, `\${${name}:-default}`);
      return undefined;
    }
    const values = fallback.map((piece) => this.#valueOf(piece, path));
    return values.includes(undefined) ? undefined : values.join('');
  }

  #variable(name: string): string | undefined {
    return Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined;
  }

  #missing(name: string, text: string, path: Path, withDefault: string | undefined): void {
    const near = nearest(name, Object.keys(this.#environment));
    const meant = near === undefined ? '' : `did you mean ${near}? Else `;
    const otherwise = withDefault === undefined ? '' : `, or write ${withDefault}`;
    const hint = `${meant}export ${name}=..., put it into a file given with --env-file${otherwise}`;
    this.findings.push({
      code: 'missing-variable',
      path,
      message: `the variable ${name} is not set`,
      hint,
      part: text,
    });
  }

  #fillReference(text: string, reference: VaultReference, path: Path): string {
    if (!this.#isReferenceable(path)) {
      const message = 'a vault reference is not looked up in this field: it stays as it is';
      const hint = 'write ${NAME} to take the value from a variable';
      this.findings.push({ code: 'vault-reference-ignored', severity: 'warning', path, message, hint });
      return text;
    }
    const prefix = envVaultPrefix(this.#root, reference.vault);
    if (prefix === undefined) {
      const message = `there is no vault "${reference.vault}" here`;
      const hint = `write {vault://env/${reference.secret}} to take the value from a variable`;
      this.findings.push({ code: 'unknown-vault', path, message, hint });
      return text;
    }
    const name = vaultVariable(reference, prefix);
    const secret = this.#variable(name);
    if (secret === undefined) {
      this.#missing(name, text, path, undefined);
      return text;
    }
    const value = reference.keys.length === 0 ? secret : pickFromSecret(secret, reference.keys);
    if (value !== undefined) {
      this.secretPaths.push(path);
      return value;
    }
    const message = `the variable ${name} holds no text at ${reference.keys.join('/')}`;
    const hint = `set ${name} to JSON with that key, or leave /${reference.keys.join('/')} out`;
    this.findings.push({ code: 'bad-variable', path, message, hint });
    return text;
  }

  #isReferenceable(path: Path): boolean {
    return hasMark(schemasAt(this.#root, path), 'x-referenceable');
  }

  /** In Lua code, a placeholder of ours whose variable is set was surely meant. */
  #checkCode(text: string, path: Path): void {
    for (const piece of scanPlaceholders(text)) {
      if (typeof piece === 'string' || piece.kind !== 'variable' || isDeckForm(piece)) continue;
      if (this.#variable(piece.name) === undefined) continue;
      const message = `${piece.text} belongs to the Lua code here and is not filled in`;
      const hint = `write \${{ env "${piece.name}" }} in code`;
      this.#warn(path, message, hint, piece.text);
    }
  }

  #checkUnfilled(text: string, path: Path): void {
    const unfilled = findUnfilled(text);
    if (unfilled === undefined) return;
    const message = `${unfilled.text} is not filled in: it stays as it is`;
    const hint = `write \${${unfilled.name}} to take the value from the variable ${unfilled.name}`;
    this.#warn(path, message, hint, unfilled.text);
  }

  #checkKey(key: string, path: Path): void {
    if (scanPlaceholders(key).every((piece) => typeof piece === 'string')) return;
    const message = 'a placeholder in a key is not filled in: it stays as it is';
    const hint = 'placeholders work in values only: write the key itself';
    const place = { path: [...path, key], at: 'key' } as const;
    this.findings.push({ code: LEFT, severity: 'warning', ...place, message, hint });
  }

  #warn(path: Path, message: string, hint: string, part: string): void {
    this.findings.push({ code: LEFT, severity: 'warning', path, message, hint, part });
  }
}

const NONE: readonly Path[] = [];

/** Anything that could be a placeholder, ours or another tool's. */
const MAY_HOLD = /\$|\{\{|\{vault:|<[A-Z]/;

/**
 * The findings of this stage and of later ones, one for each mistake: what could not be filled in breaks the rules of
 * its field too, and a placeholder of another tool is no news where its field refuses it. `key` names the place of a
 * finding, the same in all stages.
 */
export function joinFindings(
  own: readonly Finding[],
  later: readonly Finding[],
  key: (finding: Finding) => string,
): readonly Finding[] {
  if (!own.some(({ code }) => UNFILLED.has(code) || code === LEFT)) return [...own, ...later];
  const unfilled = new Set(own.filter(({ code }) => UNFILLED.has(code)).map(key));
  const refused = new Set(later.map(key));
  return [
    ...own.filter((finding) => finding.code !== LEFT || !refused.has(key(finding))),
    ...later.filter((finding) => !unfilled.has(key(finding))),
  ];
}

/** A placeholder that stays where it is, and may well be meant to. */
const LEFT = 'unfilled-placeholder';

const UNFILLED: ReadonlySet<string> = new Set([
  'missing-variable',
  'bad-variable',
  'bad-placeholder',
  'unknown-vault',
]);
