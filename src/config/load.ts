import { applyDialect } from './deck.js';
import type { GatewayConfig } from './entities.js';
import { type Finding, formatPath, type Path } from './finding.js';
import { hashConfig } from './hash.js';
import { Identities } from './identities.js';
import { ConfigError, type ConfigIssue } from './issue.js';
import { applyIgnores } from './lint/ignore.js';
import { type LintRule, lintConfig } from './lint/lint.js';
import { DOCUMENT_SEPARATOR } from './mask-document.js';
import { secretPointers } from './mask-pointers.js';
import { type MergedConfig, mergeConfigs } from './merge.js';
import { type NormalConfig, normalizeEntities } from './normalize.js';
import { type ParsedConfig, parseConfig } from './parse.js';
import { listEntities } from './placed.js';
import { checkReferences } from './references.js';
import { reportFindings, type SourceText } from './report.js';
import type { ConfigSource } from './source.js';
import { type Environment, joinFindings, substituteValues } from './substitute.js';
import { tidyConfig } from './tidy.js';
import { validateConfig } from './validate.js';

export interface LoadOptions {
  /** The variables that values may come from; none unless given. */
  readonly environment?: Environment;
  /** Rules for warnings besides those of this part. */
  readonly rules?: readonly LintRule[];
}

/** A config that can serve, and what is legal in it but probably wrong. */
export interface LoadedConfig {
  readonly config: GatewayConfig;
  readonly warnings: readonly ConfigIssue[];
}

/** Text to config, deep-frozen. Throws one ConfigError with every issue of the file. */
export function loadConfig(source: ConfigSource): GatewayConfig {
  return loadConfigs([source]).config;
}

/** Several texts to one config, deep-frozen. Throws one ConfigError with every issue of all of them. */
export function loadConfigs(sources: readonly ConfigSource[], options: LoadOptions = {}): LoadedConfig {
  const read = sources.map((source, index) => readOne(source, index, options.environment ?? {}));
  const texts = read.map(({ text }) => text);
  const early = read.flatMap(({ findings }) => findings);
  const values = read.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (values.length < read.length) throw new ConfigError(reportFindings(texts, early));
  const merged = mergeConfigs(values);
  const { value } = merged;
  const placed = listEntities(value);
  tidyConfig(value, placed);
  const identities = new Identities(placed);
  const broken = validateConfig(value, placed);
  const late = [...broken, ...checkReferences(value, placed, identities, broken)];
  const placeOf = ({ source, path }: Finding) =>
    formatPath(source === undefined ? path : merged.pathOf({ source, path }));
  const found = [...merged.findings, ...joinFindings(early, late, placeOf)];
  const issues = reportFindings(texts, found, merged);
  if (issues.some(({ severity }) => severity === 'error'))
    throw new ConfigError(applyIgnores(issues, sources));
  const normal = normalizeEntities(value, placed, identities);
  return serve(merged, normal, read, issues, options.rules ?? []);
}

/** What has become of one source. */
interface Reading {
  readonly text: SourceText;
  readonly value: ParsedConfig['value'];
  readonly findings: readonly Finding[];
  readonly outside: readonly Path[];
}

function readOne(source: ConfigSource, index: number, environment: Environment): Reading {
  const parsed = parseConfig(source);
  const { value } = parsed;
  const text = { source, parsed };
  const own = (findings: readonly Finding[]) => findings.map((finding) => ({ ...finding, source: index }));
  if (value === undefined) return { text, value, findings: own(parsed.findings), outside: [] };
  const { findings, secretPaths } = substituteValues(value, environment);
  const dialect = applyDialect(value, secretPaths);
  const all = [...parsed.findings, ...findings, ...dialect.findings];
  const { outside } = dialect;
  return { text: { ...text, outside }, value, findings: own(all), outside };
}

function serve(
  merged: MergedConfig,
  { lists, places }: NormalConfig,
  read: readonly Reading[],
  issues: readonly ConfigIssue[],
  rules: readonly LintRule[],
): LoadedConfig {
  const { value } = merged;
  const pathOf = (entity: object) => places.get(entity)?.path;
  const outside = read.flatMap((reading, source) =>
    reading.outside.map((path) => merged.pathOf({ source, path })),
  );
  const config = deepFreeze({
    format_version: String(value['_format_version']),
    transform: value['_transform'] !== false,
    hash: hashConfig(lists),
    ...lists,
    secrets: secretPointers(lists, value, outside, pathOf),
    document: read.map(({ text }) => text.source.text).join(DOCUMENT_SEPARATOR),
  });
  const lint = lintConfig({ value, config, pathOf, outside }, rules);
  const texts = read.map(({ text }) => text);
  const warnings = [...issues, ...reportFindings(texts, lint, merged)];
  return {
    config,
    warnings: applyIgnores(
      warnings,
      read.map(({ text }) => text.source),
    ),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
