import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AccessLogFlags, describeAccessLog, readAccessLog } from '#gateway/access-log-settings.js';
import { SettingsError } from '#gateway/errors.js';

function read(flags: AccessLogFlags, variable?: string): string {
  return describeAccessLog(readAccessLog(flags, variable, []));
}

function refused(flags: AccessLogFlags, variable: string | undefined, message: RegExp): void {
  assert.throws(
    () => readAccessLog(flags, variable, []),
    (error) => error instanceof SettingsError && message.test(error.message),
  );
}

describe('readAccessLog', () => {
  it('is off unless asked for', () => {
    assert.equal(readAccessLog({}, undefined, []), undefined);
    assert.equal(read({ accessLog: 'off' }), 'off');
    assert.equal(read({}, 'off'), 'off');
  });

  it('takes format and place from the flags', () => {
    assert.deepEqual(readAccessLog({ accessLog: 'json' }, undefined, []), {
      format: 'json',
      file: '/dev/stdout',
    });
    assert.equal(read({ accessLog: 'Combined', accessLogFile: 'logs/a.log' }), 'logs/a.log');
  });

  it("reads Kong's variable: a path and perhaps a format", () => {
    assert.equal(read({}, '/dev/stdout'), '/dev/stdout');
    assert.equal(read({}, 'logs/access.log  json'), 'logs/access.log json');
    assert.equal(read({}, 'logs/access.log combined'), 'logs/access.log');
    assert.equal(read({}, 'logs/access.log kong_log_format'), 'logs/access.log');
  });

  it('puts each flag over its part of the variable', () => {
    assert.equal(read({ accessLog: 'json' }, 'a.log'), 'a.log json');
    assert.equal(read({ accessLogFile: 'b.log' }, 'a.log json'), 'b.log json');
    assert.equal(read({ accessLog: 'off' }, 'a.log'), 'off');
    assert.equal(read({ accessLog: 'json' }, 'off'), '/dev/stdout json');
  });

  it('warns of what only tunes nginx', () => {
    const warnings: string[] = [];
    readAccessLog({}, 'a.log combined buffer=32k flush=5s', warnings);
    assert.deepEqual(warnings, [
      'KONG_PROXY_ACCESS_LOG: "buffer=32k" tunes nginx and has no effect here',
      'KONG_PROXY_ACCESS_LOG: "flush=5s" tunes nginx and has no effect here',
    ]);
  });

  it('refuses what it cannot do', () => {
    refused({ accessLog: 'xml' }, undefined, /--access-log: "xml" is no format: write off, json or combined/);
    refused({ accessLogFile: 'a.log' }, undefined, /--access-log-file: the access log is off/);
    refused({ accessLogFile: 'a.log' }, 'off', /--access-log-file: the access log is off/);
    refused({ accessLog: 'json', accessLogFile: '' }, undefined, /empty path/);
    refused({}, 'a.log basic', /KONG_PROXY_ACCESS_LOG: "basic" is no known format/);
    refused({}, 'a.log combined gzip', /"gzip" is not supported/);
    refused({}, 'syslog:server=1.2.3.4', /"syslog:server=1\.2\.3\.4" is not supported/);
    refused({}, '/var/log/$host.log', /without variables/);
    refused({}, 'off json', /says more than off/);
  });
});
