import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatGithub } from '#gateway/cli/format/github.js';
import { report } from './sample.js';

describe('the GitHub rendering', () => {
  it('is a workflow command for every issue, with what would end a command escaped', () => {
    assert.deepEqual(formatGithub([report()]).split('\n'), [
      '::warning file=teams/a b%2Cc.yaml,line=3,col=1,title=unused-upstream::no service has this upstream as its host',
      '::error file=teams/a b%2Cc.yaml,line=12,col=12,endColumn=15,title=wrong-type::' +
        'service "users", field retries: expected 100%25 of "an <integer>" & more%0D%0A(got "x") (hint: write a whole number)',
    ]);
  });

  it('escapes the colon of a drive letter', () => {
    const [issue] = report().issues;
    assert.ok(issue !== undefined);
    assert.match(
      formatGithub([report({ issues: [{ ...issue, file: 'C:/k.yaml' }] })]),
      /file=C%3A\/k\.yaml,/,
    );
  });

  it('is empty without issues', () => {
    assert.equal(formatGithub([report({ issues: [] })]), '');
  });
});
