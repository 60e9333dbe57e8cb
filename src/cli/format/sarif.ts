import { createHash } from 'node:crypto';
import { isAbsolute, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigIssue } from '../../config/issue.js';
import { explainCode } from '../../config/issue-codes.js';
import { PRODUCT, VERSION } from '../../version.js';
import { type FileReport, sentenceOf } from './file-report.js';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** Where the codes are explained, relative to the root of this project. */
const DOCUMENT = 'docs/errors.md';

/**
 * A log in the Static Analysis Results Interchange Format 2.1.0 (OASIS), with one rule for every code that occurs.
 * `helpUri` has to be absolute there (3.49.12), so that the way to the documentation stands in the text of the help.
 */
export function formatSarif(reports: readonly FileReport[]): string {
  const issues = reports.flatMap((report) => report.issues);
  const codes = [...new Set(issues.map(({ code }) => code))].sort();
  const driver = { name: PRODUCT, semanticVersion: VERSION, rules: codes.map(rule) };
  const run = {
    tool: { driver },
    columnKind: 'utf16CodeUnits',
    invocations: [{ executionSuccessful: reports.every(({ usable }) => usable) }],
    artifacts: reports.map(({ file }) => ({ location: { uri: uriOf(file) } })),
    results: issues.map((issue) => result(issue, codes)),
  };
  return JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2);
}

function rule(code: string): object {
  const { severity, title } = explainCode(code);
  const link = `${DOCUMENT}#${code}`;
  return {
    id: code,
    shortDescription: { text: title },
    help: { text: `${title} See ${link}.`, markdown: `${title} See [${link}](${link}).` },
    defaultConfiguration: { level: severity },
  };
}

function result(issue: ConfigIssue, codes: readonly string[]): object {
  const { code, severity, line, column, endColumn, path } = issue;
  const end = endColumn > column ? { endColumn } : {};
  const physicalLocation = {
    artifactLocation: { uri: uriOf(issue.file) },
    region: { startLine: line, startColumn: column, ...end },
  };
  const logical = path === '' ? {} : { logicalLocations: [{ fullyQualifiedName: path, kind: 'element' }] };
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text: sentenceOf(issue) },
    locations: [{ physicalLocation, ...logical }],
    partialFingerprints: { 'subject/v1': fingerprint(issue) },
  };
}

/** The same for the same mistake on another line, so that a moved one does not count as new. */
function fingerprint({ file, code, entity, name, field, path }: ConfigIssue): string {
  const subject = name === undefined ? path : JSON.stringify([entity, name, field]);
  return createHash('sha256')
    .update(JSON.stringify([file, code, subject]))
    .digest('hex')
    .slice(0, 32);
}

function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(sep).map(encodeURIComponent).join('/');
}
