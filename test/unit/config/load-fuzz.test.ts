import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { formatGithub } from '#gateway/cli/format/github.js';
import { formatJson } from '#gateway/cli/format/json.js';
import { formatJunit } from '#gateway/cli/format/junit.js';
import { formatSarif } from '#gateway/cli/format/sarif.js';
import { formatIssue } from '#gateway/config/format-issue.js';
import { ConfigError, type ConfigIssue } from '#gateway/config/issue.js';
import { ISSUE_CODES } from '#gateway/config/issue-codes.js';
import { loadConfigs } from '#gateway/config/load.js';
import { ROUTE_RULES } from '#gateway/lint/route-rules.js';
import { mutateText, mutateValue } from '../../helpers/mutate.js';
import { type Random, randomFrom } from '../../helpers/random.js';
import { fixture, root } from '../../helpers/root.js';

/** `FUZZ_CASES=100000 FUZZ_SEED=7 node .build/test/run.js load-fuzz` tries more, and others. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 2000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

/** In milliseconds; a case takes a few, and a machine may be busy. */
const MAX_TIME = 5000;

function textsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:ya?ml|json)$/.test(file) && !file.endsWith('.issues.json'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .filter((text) => text.length < 20_000);
}

const texts = [...textsIn(fixture('config')), ...textsIn(join(root, 'examples'))];
const values: readonly unknown[] = [
  JSON.parse(readFileSync(fixture('conformance', 'config-verdicts.json'), 'utf8'))[0].config,
  JSON.parse(readFileSync(fixture('conformance', 'admin-api.json'), 'utf8')).config,
].filter((value) => value !== undefined);

function nextCase(random: Random): string {
  if (random.chance(0.5)) return mutateText(random.pick(texts), random);
  const value = mutateValue(random.pick(values), random);
  return random.chance(0.5) ? JSON.stringify(value) : JSON.stringify(value, null, 1);
}

function issuesOf(text: string): readonly ConfigIssue[] {
  const sources = [{ file: 'kong.yaml', text }];
  try {
    return loadConfigs(sources, { rules: ROUTE_RULES, environment: { NAME: '5' } }).warnings;
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
}

/** What shows that a message was not filled in, or was filled with something that is no text. */
const UNFINISHED = ['{value}', '{field}', '{other}', '{got}', '[object', 'undefined'];

function checkPlace(issue: ConfigIssue, text: string, lines: readonly string[]): void {
  const line = lines[issue.line - 1];
  assert.ok(line !== undefined, `line ${issue.line} of ${lines.length}`);
  assert.ok(issue.column >= 1 && issue.column <= line.length + 1, `column ${issue.column} of ${line.length}`);
  assert.ok(issue.endColumn >= issue.column && issue.endColumn <= line.length + 1, `end ${issue.endColumn}`);
  assert.ok(Object.hasOwn(ISSUE_CODES, issue.code), issue.code);
  assert.notEqual(issue.message, '');
  const said = `${issue.message} ${issue.hint ?? ''}`;
  for (const mark of UNFINISHED) assert.ok(!said.includes(mark) || text.includes(mark), said);
}

function checkRenderings(issues: readonly ConfigIssue[]): void {
  const reports = [{ file: 'kong.yaml', valid: false, usable: true, issues }];
  for (const issue of issues) formatIssue(issue, { color: true });
  JSON.parse(formatJson(reports));
  JSON.parse(formatSarif(reports));
  formatJunit(reports);
  const commands = formatGithub(reports).split('\n');
  if (issues.length > 0) assert.equal(commands.length, issues.length);
}

describe('loading any text', () => {
  it(`ends in a config or in issues with places, ${CASES} times`, () => {
    const random = randomFrom(SEED);
    const codes = new Set<string>();
    for (let index = 0; index < CASES; index += 1) {
      const text = nextCase(random);
      const start = performance.now();
      try {
        const issues = issuesOf(text);
        const lines = text.split('\n');
        for (const issue of issues) {
          checkPlace(issue, text, lines);
          codes.add(issue.code);
        }
        checkRenderings(issues);
      } catch (error) {
        const shown = text.length > 2000 ? `${text.slice(0, 2000)}...` : text;
        throw new Error(`case ${index} of seed ${SEED}:\n${shown}\n`, { cause: error });
      }
      const took = performance.now() - start;
      assert.ok(took < MAX_TIME, `case ${index} of seed ${SEED} took ${took} ms:\n${text}`);
    }
    if (CASES >= 2000) assert.ok(codes.size > 30, `only ${codes.size} codes: ${[...codes]}`);
  });
});
