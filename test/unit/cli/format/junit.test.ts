import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatJunit } from '#gateway/cli/format/junit.js';
import { error, report, warning } from './sample.js';

describe('the JUnit rendering', () => {
  it('counts files: valid, invalid and unreadable ones', () => {
    const text = formatJunit([
      report(),
      report({ file: 'good.yaml', valid: true, issues: [] }),
      report({ file: 'none.yaml', usable: false, issues: [{ ...error, code: 'unreadable-file' }] }),
    ]);
    assert.match(text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites /);
    assert.match(text, /<testsuite name="gateway check" tests="3" failures="1" errors="1" skipped="0">/);
    assert.match(text, /<testcase classname="gateway check" name="good\.yaml"\/>/);
    assert.match(text, /<error message="1 error" type="unreadable-file">/);
  });

  it('tells errors in the failure and warnings beside it, escaped', () => {
    const text = formatJunit([report()]);
    assert.match(
      text,
      /<failure message="1 error" type="wrong-type">teams\/a b,c\.yaml:12:12: error \[wrong-type\] /,
    );
    assert.match(text, /expected 100% of &quot;an &lt;integer&gt;&quot; &amp; more/);
    assert.match(text, /<system-out>.*warning \[unused-upstream\].*<\/system-out>/);
  });

  it('passes a file with warnings, unless they make it invalid', () => {
    const passed = formatJunit([report({ valid: true, issues: [warning] })]);
    assert.match(passed, /failures="0"/);
    assert.match(passed, /<system-out>/);
    const failed = formatJunit([report({ valid: false, issues: [warning] })]);
    assert.match(failed, /<failure message="1 warning" type="unused-upstream">/);
  });

  it('holds no character that XML forbids', () => {
    const message = 'a\u0000b\u001bc\ud800d\ufffee\u{1f600}';
    const text = formatJunit([report({ issues: [{ ...error, message }] })]);
    assert.match(text, /a\ufffdb\ufffdc\ufffdd\ufffde\u{1f600}/u);
  });
});
