import { type Finding, formatPath, isMapping, type Path, valueAt } from './finding.js';
import {
  completeConfig,
  fieldsOf,
  type Move,
  oldNamesOf,
  replacementOf,
  withoutNulls,
} from './plugin-defaults.js';
import { pluginSchema } from './plugin-documents.js';
import { isForeignField } from './plugin-foreign.js';
import { checkFormats } from './plugin-formats.js';
import type { JsonSchema } from './schemas.js';
import { validateAgainst } from './validate.js';

/**
 * What is wrong with a plugin's config, defaults taken into account; the paths begin with `path`, which leads to the
 * config. Nothing for a plugin that is not known.
 */
export function checkPluginConfig(name: string, config: unknown, path: Path): readonly Finding[] {
  const schema = pluginSchema(name);
  if (schema === undefined) return [];
  const given = config === undefined || config === null || isEmptyList(config) ? {} : config;
  if (!isMapping(given)) {
    const hint = 'write key: value pairs in its place';
    return [{ code: 'wrong-type', path, message: 'expected a record', hint, got: { value: config } }];
  }
  const completed = completeConfig(schema, given);
  const value = withoutNulls(schema, completed.config);
  const found = [...validateAgainst(schema, value, path), ...checkFormats(schema, value, path)];
  const moves = completed.moves.map(({ from, to }) => ({ from: [...path, ...from], to: [...path, ...to] }));
  return unique([
    ...deprecations(schema, given, completed.moves, path),
    ...mismatches(schema, given, path),
    ...found.map((finding) => discreet(schema, whereWritten(foreign(name, finding, path), moves), path)),
  ]);
}

/** Warns of fields of earlier times, unless they hold what dumps of those times list anyway. */
function deprecations(
  schema: JsonSchema,
  given: Readonly<Record<string, unknown>>,
  moves: readonly Move[],
  path: Path,
): Finding[] {
  const findings: Finding[] = [];
  for (const { from, to } of moves) {
    const fresh = fieldAt(schema, to)?.['default'] ?? null;
    const value = valueAt(given, from);
    if (value !== null && value !== fresh)
      findings.push(deprecated(path, from, `write ${formatPath(to)} instead`));
  }
  for (const name of oldNamesOf(schema)) {
    const field = fieldsOf(schema)[name] ?? {};
    const value = Object.hasOwn(given, name) ? (given[name] ?? null) : null;
    if (value === null) continue;
    const target = replacementOf(field);
    if (target !== undefined && target.length > 0) continue;
    if (value === field['x-old-default']) continue;
    const { description } = field;
    const hint =
      typeof description === 'string' ? (/write [\w.]+ instead/.exec(description)?.[0] ?? 'remove it') : '';
    findings.push(deprecated(path, [name], hint));
  }
  return findings;
}

function deprecated(path: Path, field: Path, hint: string): Finding {
  const message = `${formatPath(field)} is deprecated`;
  return {
    code: 'deprecated-field',
    severity: 'warning',
    path: [...path, ...field],
    at: 'key',
    message,
    hint,
  };
}

/** An old name and a new one that say different things. */
function mismatches(schema: JsonSchema, value: Readonly<Record<string, unknown>>, path: Path): Finding[] {
  const findings: Finding[] = [];
  const fields = fieldsOf(schema);
  for (const [name, here] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) continue;
    const target = replacementOf(field);
    if (target === undefined) {
      if (isMapping(here)) findings.push(...mismatches(field, here, [...path, name]));
      continue;
    }
    const there = valueAt(value, target);
    // A false under the new name simply wins, as in Kong.
    const both = here !== null && there !== null && there !== undefined && there !== false;
    if (!both || field['x-shown'] === false || here === there) continue;
    findings.push({
      code: 'conflicting-fields',
      path: [...path, name],
      message: `${name} and ${formatPath(target)} differ, though one is the old name of the other`,
      hint: `remove ${name}: ${formatPath(target)} at {other} says it`,
      other: [...path, ...target],
    });
  }
  return findings;
}

/** A field of another edition is none that was misspelled. */
function foreign(plugin: string, finding: Finding, path: Path): Finding {
  if (finding.code !== 'unknown-field' || !isForeignField(plugin, finding.path.slice(path.length)))
    return finding;
  return { ...finding, hint: 'remove it: it is of Kong Enterprise or of a later Kong' };
}

/** Points to the old name where the value stands under it. */
function whereWritten(finding: Finding, moves: readonly Move[]): Finding {
  const move = moves.find(({ to }) => to.every((step, index) => finding.path[index] === step));
  return move === undefined ? finding : { ...finding, path: move.from };
}

/** Never shows what a secret field holds: `{got}` in a hint stands for the text in the file. */
function discreet(schema: JsonSchema, finding: Finding, path: Path): Finding {
  if (!isSecret(schema, finding.path.slice(path.length))) return finding;
  const { got: _, hint, ...rest } = finding;
  return hint === undefined ? rest : { ...rest, hint: hint.replace(/: \S*\{got\}\S*$/, '') };
}

function isSecret(schema: JsonSchema, path: Path): boolean {
  return fieldAt(schema, path)?.['x-secret'] === true;
}

function fieldAt(schema: JsonSchema, path: Path): JsonSchema | undefined {
  let field: unknown = schema;
  for (const step of path) {
    if (!isMapping(field)) return undefined;
    const fields = fieldsOf(field);
    if (typeof step === 'number') field = field['items'];
    else field = Object.hasOwn(fields, step) ? fields[step] : field['additionalProperties'];
  }
  return isMapping(field) ? field : undefined;
}

function unique(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ path, at }) => {
    const key = `${formatPath(path)} ${at ?? ''}`;
    return !seen.has(key) && seen.add(key);
  });
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
