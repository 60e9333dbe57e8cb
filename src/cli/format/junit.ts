import type { ConfigIssue } from '../../config/issue.js';
import { plural } from '../failure.js';
import { type FileReport, issuesOf, sentenceOf } from './file-report.js';

/** An XML report as test runners write it: a test case for every file, which fails where the file is not valid. */
export function formatJunit(reports: readonly FileReport[]): string {
  const failures = reports.filter(({ valid, usable }) => usable && !valid).length;
  const errors = reports.filter(({ usable }) => !usable).length;
  const counts = `tests="${reports.length}" failures="${failures}" errors="${errors}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="gateway check" ${counts}>`,
    `  <testsuite name="gateway check" ${counts} skipped="0">`,
    ...reports.flatMap(testCase),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

function testCase(report: FileReport): readonly string[] {
  const head = `    <testcase classname="gateway check" name="${escapeXml(report.file)}"`;
  const errors = issuesOf(report, 'error');
  const warnings = issuesOf(report, 'warning');
  if (report.issues.length === 0) return [`${head}/>`];
  if (report.valid) return [`${head}>`, output(warnings), '    </testcase>'];
  const blamed = errors.length > 0 ? errors : warnings;
  const tag = report.usable ? 'failure' : 'error';
  const summary = plural(blamed.length, errors.length > 0 ? 'error' : 'warning');
  const type = blamed[0]?.code ?? '';
  const lines = [
    `${head}>`,
    `      <${tag} message="${summary}" type="${escapeXml(type)}">${escapeXml(lineUp(blamed))}</${tag}>`,
  ];
  if (blamed !== warnings && warnings.length > 0) lines.push(output(warnings));
  return [...lines, '    </testcase>'];
}

function output(issues: readonly ConfigIssue[]): string {
  return `      <system-out>${escapeXml(lineUp(issues))}</system-out>`;
}

function lineUp(issues: readonly ConfigIssue[]): string {
  return issues
    .map(
      (issue) =>
        `${issue.file}:${issue.line}:${issue.column}: ${issue.severity} [${issue.code}] ${sentenceOf(issue)}`,
    )
    .join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML 1.0 cannot hold even as a reference (2.2) becomes the replacement character. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
