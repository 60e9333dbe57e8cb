import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatPath, isMapping } from '#gateway/config/finding.js';
import { ConfigError } from '#gateway/config/issue.js';
import { loadConfigs } from '#gateway/config/load.js';
import { parseConfig } from '#gateway/config/parse.js';
import { type Environment, substituteValues } from '#gateway/config/substitute.js';

function substitute(text: string, environment: Environment) {
  const { value } = parseConfig({ file: 'kong.yaml', text });
  assert.ok(isMapping(value), 'the text must parse');
  const { findings, secretPaths } = substituteValues(value, environment);
  return { value, findings, paths: secretPaths.map(formatPath) };
}

/** The issues of a config, one line each: line:column code message. */
function issuesOf(text: string, environment: Environment = {}): readonly string[] {
  try {
    const { warnings } = loadConfigs([{ file: 'f', text }], { environment });
    return warnings.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.issues.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
  }
}

describe('substituteValues', () => {
  const service = (fields: string) => `_format_version: "3.0"\nservices:\n- name: a\n  ${fields}\n`;
  const rows: readonly (readonly [string, Environment, unknown])[] = [
    ['host: ${HOST}', { HOST: 'h' }, 'h'],
    ['host: "a.${HOST}.${HOST}"', { HOST: 'h' }, 'a.h.h'],
    ['host: ${HOST:-d}', {}, 'd'],
    ['host: ${HOST:-d}', { HOST: '' }, 'd'],
    ['host: "${HOST}"', { HOST: '' }, ''],
    ['host: ${HOST:-${OTHER}}', { OTHER: 'o' }, 'o'],
    ['host: $${HOST}', { HOST: 'h' }, '${HOST}'],
    ['host: ${{ env "DECK_HOST" }}', { DECK_HOST: 'h' }, 'h'],
    // What is put in is not looked at again.
    ['host: ${HOST}', { HOST: '${OTHER}', OTHER: 'x' }, '${OTHER}'],
    ['host: ${HOST}', { HOST: 'a: b\n- c #' }, 'a: b\n- c #'],
    // A field that wants a number or a boolean gets one.
    ['port: ${PORT}', { PORT: '8080' }, 8080],
    ['port: "${PORT}"', { PORT: '8080' }, 8080],
    ['port: ${PORT:-80}', {}, 80],
    ['port: ${{ env "DECK_PORT" | toInt }}', { DECK_PORT: '81' }, 81],
    ['port: ${PORT | toInt}', { PORT: '81' }, 81],
    ['port: ${PORT}', { PORT: 'many' }, 'many'],
    ['port: 80${PORT}', { PORT: '80' }, '8080'],
    ['enabled: ${ON}', { ON: 'no' }, false],
    ['enabled: ${ON:-true | toBool}', {}, true],
    // Text stays text where a text is wanted.
    ['path: ${P}', { P: '123' }, '123'],
    ['name: ${N}', { N: 'true' }, 'true'],
  ];
  for (const [field, environment, expected] of rows) {
    it(`reads ${field} with ${JSON.stringify(environment)}`, () => {
      const text = field.startsWith('name')
        ? `_format_version: "3.0"\nservices:\n- ${field}\n`
        : service(field);
      const { value, findings } = substitute(text, environment);
      assert.deepEqual(findings, []);
      const [entity] = value['services'] as Record<string, unknown>[];
      assert.deepEqual(entity?.[field.split(':')[0] ?? ''], expected);
    });
  }

  it('finds the types of plugin settings, decK’s shared ones too', () => {
    const { value } = substitute(
      `plugins:\n- {name: rate-limiting, config: {minute: "\${N}", policy: "\${P}"}}\n- {name: rate-limiting, _config: rl}\n_plugin_configs:\n  rl: {second: "\${N}"}\n`,
      { N: '5', P: 'local' },
    );
    assert.deepEqual(value['plugins'], [
      { name: 'rate-limiting', config: { minute: 5, policy: 'local' } },
      { name: 'rate-limiting', _config: 'rl' },
    ]);
    assert.deepEqual(value['_plugin_configs'], { rl: { second: 5 } });
  });

  it('names every place whose value came from outside, those that aliases repeat too', () => {
    const text =
      'services:\n- &s {name: "${A}", tags: [x, "${B:-b}"], host: "$${C}"}\n- *s\n- {<<: *s, name: "z"}\nroutes: ["plain"]\n';
    const { paths, value } = substitute(text, { A: '${A}' });
    assert.deepEqual(paths, [
      'services[0].name',
      'services[0].tags[1]',
      'services[1].name',
      'services[1].tags[1]',
      'services[2].tags[1]',
    ]);
    const list = value['services'] as Record<string, unknown>[];
    assert.deepEqual(list[0], { name: '${A}', tags: ['x', 'b'], host: '${C}' });
    assert.equal(list[1], list[0]);
  });

  it('leaves keys, comments and Lua code alone, but for decK’s form in code', () => {
    const text = [
      '_comment: ${A}',
      'plugins:',
      '- name: pre-function',
      '  config:',
      '    access:',
      '    - \'local x = "${A}" .. "$${B}" -- $NAME ${{ env "B" }}\'',
      'headers: {"${A}": x}',
      '',
    ].join('\n');
    const { value, findings, paths } = substitute(text, { B: 'b' });
    assert.equal(value['_comment'], '${A}');
    const [plugin] = value['plugins'] as { config: { access: string[] } }[];
    assert.equal(plugin?.config.access[0], 'local x = "${A}" .. "$${B}" -- $NAME b');
    assert.deepEqual(paths, ['plugins[0].config.access[0]']);
    assert.deepEqual(
      findings.map(({ severity, message }) => [severity, message]),
      [['warning', 'a placeholder in a key is not filled in: it stays as it is']],
    );
  });

  it('says what to write in Lua code where a variable of that name is set', () => {
    const text = 'plugins:\n- {name: post-function, config: {log: ["return \'${TOKEN}\'"]}}\n';
    const { findings } = substitute(text, { TOKEN: 's3cret' });
    assert.deepEqual(
      findings.map(({ message, hint }) => [message, hint]),
      [['${TOKEN} belongs to the Lua code here and is not filled in', 'write ${{ env "TOKEN" }} in code']],
    );
  });

  it('leaves the templates of request-transformer alone', () => {
    const text =
      'plugins:\n- {name: request-transformer, config: {add: {headers: ["x:$(headers.y)", "z:$((uri_captures.a) or 1)"]}}}\n';
    const { findings, paths } = substitute(text, {});
    assert.deepEqual([findings, paths], [[], []]);
  });
});

describe('vault references', () => {
  const certificate = (reference: string, more = '') =>
    `_format_version: "3.0"\ncertificates:\n- {cert: "${reference}", key: k}\n${more}`;
  const rows: readonly (readonly [string, string, Environment, string])[] = [
    ['{vault://env/my-cert}', '', { MY_CERT: 'c' }, 'c'],
    ['{vault://env/my-cert/pem}', '', { MY_CERT: '{"pem":"c"}' }, 'c'],
    ['{vault://env/tls/a/pem}', '', { TLS: '{"a":{"pem":"c"}}' }, 'c'],
    ['{vault://env/cert?prefix=SSL_}', '', { SSL_CERT: 'c' }, 'c'],
    [
      '{vault://mine/cert}',
      'vaults: [{name: env, prefix: mine, config: {prefix: "my-"}}]\n',
      { MY_CERT: 'c' },
      'c',
    ],
  ];
  for (const [reference, more, environment, expected] of rows) {
    it(`looks up ${reference}`, () => {
      const { value, findings, paths } = substitute(certificate(reference, more), environment);
      assert.deepEqual(findings, []);
      assert.equal((value['certificates'] as { cert: string }[])[0]?.cert, expected);
      assert.deepEqual(paths, ['certificates[0].cert']);
    });
  }

  it('says what cannot be looked up', () => {
    const told = (reference: string, environment: Environment = {}) =>
      substitute(certificate(reference), environment).findings.map(({ message }) => message);
    assert.deepEqual(told('{vault://env/nope}'), ['the variable NOPE is not set']);
    assert.deepEqual(told('{vault://gcp/x}'), ['there is no vault "gcp" here']);
    assert.deepEqual(told('{vault://env/a/b}', { A: 'no JSON' }), ['the variable A holds no text at b']);
  });

  it('stays text where Kong does not look references up', () => {
    const { value, findings } = substitute('services:\n- {name: a, host: "{vault://env/h}"}\n', { H: 'h' });
    assert.equal((value['services'] as { host: string }[])[0]?.host, '{vault://env/h}');
    assert.equal(findings[0]?.severity, 'warning');
  });
});

describe('what a load says of placeholders', () => {
  const config = (path: string) =>
    `_format_version: "3.0"\nservices:\n- name: a\n  url: http://127.0.0.1\n  routes:\n  - {name: r, paths: [/x], hosts: [a.test]}\n  - name: s\n    paths:\n    - ${path}\n`;
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a variable that is not set, at its column and once',
      '/x/${MISSING}',
      ['9:10 missing-variable the variable MISSING is not set'],
    ],
    [
      'a misspelt one',
      '"/${A | up}"',
      ['9:9 bad-placeholder "up" is nothing a placeholder can be made into'],
    ],
    [
      'decK’s words that are not known',
      '/${{ file "x" }}',
      ['9:8 bad-placeholder ${{ file "x" }} is no placeholder known here'],
    ],
    ['a bare variable', '/$NAME', ['9:8 unfilled-placeholder $NAME is not filled in: it stays as it is']],
    [
      'braces that YAML takes for a mapping',
      '{{NAME}}',
      ['9:7 unfilled-placeholder YAML reads {{NAME}} as a mapping, and nothing fills it in'],
    ],
  ];
  for (const [what, path, expected] of rows) {
    it(`names ${what}`, () => assert.deepEqual(issuesOf(config(path)), expected));
  }

  it('says how a missing variable can be set, and the name that was meant', () => {
    assert.throws(
      () => loadConfigs([{ file: 'f', text: config('/${DB_HOTS}') }], { environment: { DB_HOST: 'x' } }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        const { hint } = error.issues[0] ?? {};
        assert.match(
          hint ?? '',
          /did you mean DB_HOST\? .*export DB_HOTS=.*--env-file.*\$\{DB_HOTS:-default\}/,
        );
        return true;
      },
    );
  });

  it('never says the value of a variable', () => {
    const text = config('/x')
      .replace('url: http://127.0.0.1', 'url: ${URL}')
      .replace('name: a', 'name: ${NAME}');
    const told = issuesOf(text, { URL: 'htp:/s3cr3t-url', NAME: 's3cr3t name with spaces' });
    assert.ok(told.length >= 2, told.join('\n'));
    assert.doesNotMatch(told.join('\n'), /s3cr3t/);
    assert.match(told.join('\n'), /the value of \$\{URL\}/);
  });
});
