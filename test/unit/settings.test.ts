import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_DNS_SETTINGS, describeDnsSettings } from '#gateway/dns-settings.js';
import { SettingsError } from '#gateway/errors.js';
import { formatAddress } from '#gateway/listen-settings.js';
import { NOBODY_TRUSTED } from '#gateway/real-ip-settings.js';
import {
  configName,
  describeSettings,
  type Environment,
  type Flags,
  readSettings,
} from '#gateway/settings.js';
import { readTls } from '#gateway/tls-settings.js';

const FILE: Flags = { config: ['kong.yaml'] };

function refused(flags: Flags, env: Environment, message: RegExp): void {
  assert.throws(
    () => readSettings(flags, env),
    (error) => error instanceof SettingsError && message.test(error.message),
  );
}

describe('readSettings', () => {
  it('fills in the defaults', () => {
    assert.deepEqual(readSettings(FILE, {}), {
      config: ['kong.yaml'],
      configText: undefined,
      envFiles: [],
      strict: false,
      proxyListen: [
        { host: '0.0.0.0', port: 8000 },
        { host: '0.0.0.0', port: 8443, ssl: true, http2: true },
      ],
      adminListen: [{ host: '127.0.0.1', port: 8001 }],
      statusListen: [{ host: '127.0.0.1', port: 8007 }],
      tls: readTls({}, () => undefined, []),
      logLevel: 'notice',
      accessLog: undefined,
      watch: true,
      drainTimeout: 10_000,
      workers: 'auto',
      proxy: { allowDebugHeader: false, realIp: NOBODY_TRUSTED, portMaps: {} },
      upstreamTls: {
        verify: false,
        verifyDepth: 1,
        trustedCertificate: undefined,
        clientCertificate: undefined,
      },
      dns: DEFAULT_DNS_SETTINGS,
      showSecrets: false,
      warnings: [],
    });
  });

  it('takes variables over defaults', () => {
    const settings = readSettings(
      {},
      {
        KONG_DECLARATIVE_CONFIG: '/etc/kong/kong.yaml',
        KONG_PROXY_LISTEN: '127.0.0.1:9000',
        KONG_ADMIN_LISTEN: 'off',
        KONG_LOG_LEVEL: 'warn',
        KONG_PROXY_ACCESS_LOG: '/dev/stdout json',
        KONG_ALLOW_DEBUG_HEADER: 'on',
        KONG_DATABASE: 'off',
        KONG_NGINX_WORKER_PROCESSES: '3',
      },
    );
    assert.deepEqual(settings.config, ['/etc/kong/kong.yaml']);
    assert.deepEqual(settings.proxyListen, [{ host: '127.0.0.1', port: 9000 }]);
    assert.deepEqual(settings.adminListen, []);
    assert.equal(settings.logLevel, 'warn');
    assert.deepEqual(settings.accessLog, { format: 'json', file: '/dev/stdout' });
    assert.equal(settings.workers, 3);
    assert.equal(settings.proxy.allowDebugHeader, true);
    assert.deepEqual(settings.warnings, []);
  });

  it('takes flags over variables', () => {
    const settings = readSettings(
      {
        config: ['mine.yaml'],
        proxyListen: '127.0.0.1:1',
        adminListen: '127.0.0.1:2',
        logLevel: 'debug',
        allowDebugHeader: true,
        workers: '2',
      },
      {
        KONG_DECLARATIVE_CONFIG: 'theirs.yaml',
        KONG_PROXY_LISTEN: 'nonsense',
        KONG_ADMIN_LISTEN: 'off',
        KONG_LOG_LEVEL: 'error',
        KONG_ALLOW_DEBUG_HEADER: 'off',
        KONG_NGINX_WORKER_PROCESSES: 'nonsense',
      },
    );
    assert.deepEqual(settings.config, ['mine.yaml']);
    assert.deepEqual(settings.proxyListen, [{ host: '127.0.0.1', port: 1 }]);
    assert.deepEqual(settings.adminListen, [{ host: '127.0.0.1', port: 2 }]);
    assert.equal(settings.logLevel, 'debug');
    assert.equal(settings.workers, 2);
    assert.equal(settings.proxy.allowDebugHeader, true);
  });

  it('takes an empty variable as unset', () => {
    const settings = readSettings(FILE, { KONG_PROXY_LISTEN: '', KONG_LOG_LEVEL: ' ', KONG_DATABASE: '' });
    assert.deepEqual(settings.proxyListen, readSettings(FILE, {}).proxyListen);
    assert.equal(settings.logLevel, 'notice');
  });

  it('takes several paths, and standard input, which cannot be watched', () => {
    assert.deepEqual(readSettings({ config: ['a.yaml', 'teams/'] }, {}).config, ['a.yaml', 'teams/']);
    assert.deepEqual(readSettings({}, { KONG_DECLARATIVE_CONFIG: 'a.yaml, teams/,' }).config, [
      'a.yaml',
      'teams/',
    ]);
    assert.equal(readSettings({ config: ['a.yaml'] }, {}).watch, true);
    assert.equal(readSettings({ config: ['a.yaml', '-'] }, {}).watch, false);
    refused({ config: [''] }, {}, /--config: an empty path/);
  });

  it('takes the text of a config from its variable, unless a path is given', () => {
    const env = { KONG_DECLARATIVE_CONFIG_STRING: '{"_format_version":"3.0"}' };
    const alone = readSettings({}, env);
    assert.deepEqual([alone.config, alone.configText, alone.watch], [[], '{"_format_version":"3.0"}', false]);
    assert.equal(configName(alone), 'KONG_DECLARATIVE_CONFIG_STRING');
    assert.deepEqual(alone.warnings, []);
    for (const [flags, more] of [
      [FILE, {}],
      [{}, { KONG_DECLARATIVE_CONFIG: 'kong.yaml' }],
    ] as const) {
      const settings = readSettings(flags, { ...env, ...more });
      assert.deepEqual([settings.config, settings.configText], [['kong.yaml'], undefined]);
      assert.match(
        settings.warnings.join(),
        /KONG_DECLARATIVE_CONFIG_STRING has no effect: (--config|KONG_DECL)/,
      );
    }
  });

  it('asks for a config file when none is named', () => {
    refused({}, {}, /--config kong\.yaml or set KONG_DECLARATIVE_CONFIG/);
  });

  it('refuses a database', () => {
    refused(FILE, { KONG_DATABASE: 'postgres' }, /KONG_DATABASE: "postgres".*write off/);
  });
});

describe('listen addresses', () => {
  const accepted: readonly (readonly [string, readonly string[]])[] = [
    ['off', []],
    [' OFF ', []],
    ['127.0.0.1:0', ['127.0.0.1:0']],
    ['0.0.0.0:8000, [::]:8000', ['0.0.0.0:8000', '[::]:8000']],
    ['[::1]:65535', ['[::1]:65535']],
    ['localhost:8000', ['localhost:8000']],
    ['my-host.example:80', ['my-host.example:80']],
    ['127.0.0.1:0,127.0.0.1:0', ['127.0.0.1:0', '127.0.0.1:0']],
    ['0.0.0.0:8000 reuseport backlog=16384', ['0.0.0.0:8000']],
    ['0.0.0.0:8000 proxy_protocol reuseport', ['0.0.0.0:8000']],
    ['[::]:8000 ipv6only=on so_keepalive=30m::10 deferred bind', ['[::]:8000']],
  ];
  for (const [text, addresses] of accepted) {
    it(`accepts "${text}"`, () => {
      assert.deepEqual(
        readSettings({ ...FILE, proxyListen: text }, {}).proxyListen.map(formatAddress),
        addresses,
      );
    });
  }

  const rejected: readonly (readonly [string, RegExp])[] = [
    ['', /"" is not an address/],
    ['8000', /"8000" is not an address to listen on: write "0\.0\.0\.0:8000"/],
    [':8000', /not an address/],
    ['0.0.0.0', /not an address/],
    ['0.0.0.0:65536', /not an address/],
    ['0.0.0.0:x', /not an address/],
    ['0.0.0.0:-1', /not an address/],
    ['256.0.0.1:80', /not an address/],
    ['1.2.3:80', /not an address/],
    ['::1:8000', /not an address/],
    ['[127.0.0.1]:8000', /not an address/],
    ['[nonsense]:8000', /not an address/],
    ['*:8000', /not an address/],
    ['unix:/run/kong.sock', /not an address/],
    ['http://0.0.0.0:8000', /not an address/],
    ['0.0.0.0:8000,', /not an address/],
    ['off, 0.0.0.0:8000', /not an address/],
    ['0.0.0.0:8000 udp', /"udp" in "0\.0\.0\.0:8000 udp" is not supported/],
    ['0.0.0.0:8000 [::]:8000', /unknown flag "\[::\]:8000".*separate listeners by commas/],
    ['0.0.0.0:8000 reusport', /unknown flag "reusport"/],
    ['0.0.0.0:8000, 0.0.0.0:8000', /two listeners are to stand on 0\.0\.0\.0:8000/],
    ['127.0.0.1:8001', /two listeners are to stand on 127\.0\.0\.1:8001/],
  ];
  for (const [text, message] of rejected) {
    it(`refuses "${text}", and says where it stands`, () => {
      refused({ ...FILE, proxyListen: text }, {}, message);
      if (text !== '') refused(FILE, { KONG_PROXY_LISTEN: text }, message);
    });
  }

  it('takes ssl for the APIs too, where http2 has no effect', () => {
    const { adminListen, statusListen, warnings } = readSettings(
      { ...FILE, adminListen: '127.0.0.1:1 ssl http2', statusListen: '127.0.0.1:2 ssl' },
      {},
    );
    assert.deepEqual(adminListen, [{ host: '127.0.0.1', port: 1, ssl: true }]);
    assert.deepEqual(statusListen, [{ host: '127.0.0.1', port: 2, ssl: true }]);
    assert.deepEqual(warnings, ['--admin-listen: "http2" has no effect here: HTTP/1.1 is spoken']);
  });

  it('names the flag or the variable', () => {
    refused({ ...FILE, adminListen: 'x' }, {}, /^--admin-listen: /);
    refused(FILE, { KONG_ADMIN_LISTEN: 'x' }, /^KONG_ADMIN_LISTEN: /);
    refused(
      { ...FILE, adminListen: '127.0.0.1:1 proxy_protocol' },
      {},
      /"proxy_protocol" .* is not supported/,
    );
  });
});

describe('the other settings', () => {
  const levels = 'debug info notice warn error crit alert emerg silent'.split(' ');
  it('accepts every log level of Kong, and silent', () => {
    for (const level of levels) assert.equal(readSettings({ ...FILE, logLevel: level }, {}).logLevel, level);
  });

  it('reads the drain timeout in seconds', () => {
    for (const [text, milliseconds] of [
      ['0', 0],
      ['2.5', 2500],
      ['86400', 86_400_000],
    ] as const) {
      assert.equal(readSettings({ ...FILE, drainTimeout: text }, {}).drainTimeout, milliseconds);
    }
  });

  for (const text of ['', '-1', 'soon', '1e3', 'Infinity', '86401', '10s']) {
    it(`refuses the drain timeout "${text}"`, () => {
      refused({ ...FILE, drainTimeout: text }, {}, /--drain-timeout: ".*" is no time: write seconds/);
    });
  }

  it('counts workers: a number, 0 too, or one a core', () => {
    for (const [text, workers] of [
      ['auto', 'auto'],
      ['AUTO', 'auto'],
      ['0', 0],
      ['1024', 1024],
    ] as const) {
      assert.equal(readSettings({ ...FILE, workers: text }, {}).workers, workers);
    }
    for (const text of ['', '-1', '1.5', '1025', 'all', '2x']) {
      refused({ ...FILE, workers: text }, {}, /--workers: ".*" is no number of workers: write auto, or/);
    }
    refused(FILE, { KONG_NGINX_WORKER_PROCESSES: 'many' }, /^KONG_NGINX_WORKER_PROCESSES: "many"/);
  });

  it('refuses an unknown log level and an unclear switch', () => {
    refused(
      { ...FILE, logLevel: 'verbose' },
      {},
      /--log-level: "verbose" is no log level: write one of debug, info/,
    );
    refused(FILE, { KONG_ALLOW_DEBUG_HEADER: 'maybe' }, /KONG_ALLOW_DEBUG_HEADER: "maybe"/);
  });

  it('is told in Kong’s words', () => {
    assert.deepEqual(describeSettings(readSettings({ ...FILE, adminListen: 'off' }, {})), {
      database: 'off',
      declarative_config: 'kong.yaml',
      proxy_listen: ['0.0.0.0:8000', '0.0.0.0:8443 ssl http2'],
      admin_listen: ['off'],
      status_listen: ['127.0.0.1:8007'],
      log_level: 'notice',
      proxy_access_log: 'off',
      nginx_worker_processes: 'auto',
      allow_debug_header: false,
      ...describeDnsSettings(DEFAULT_DNS_SETTINGS),
      trusted_ips: [],
      real_ip_header: 'X-Real-IP',
      real_ip_recursive: 'off',
      port_maps: [],
      ssl_protocols: 'TLSv1.2 TLSv1.3',
      ssl_ciphers: readTls({}, () => undefined, []).protocol.ciphers,
      ssl_prefer_server_ciphers: 'off',
      ssl_session_tickets: 'on',
      ssl_session_timeout: '86400s',
      client_ssl: false,
      nginx_proxy_proxy_ssl_verify: 'off',
      nginx_proxy_proxy_ssl_verify_depth: 1,
      nginx_proxy_proxy_ssl_trusted_certificate: null,
    });
  });
});

describe('warnings', () => {
  it('names each listen flag without effect once', () => {
    const { warnings } = readSettings(
      { ...FILE, proxyListen: '0.0.0.0:1 reuseport, 0.0.0.0:2 reuseport backlog=5' },
      {},
    );
    assert.deepEqual(warnings, [
      '--proxy-listen: "reuseport" tunes nginx and has no effect here',
      '--proxy-listen: "backlog=5" tunes nginx and has no effect here',
    ]);
  });

  it('names the variables of Kong without effect, and not those Kubernetes makes for a Service named kong', () => {
    const { warnings } = readSettings(FILE, {
      KONG_PLUGINS: 'bundled',
      KONG_MEM_CACHE_SIZE: '1m',
      KONG_SERVICE_HOST: '10.0.0.1',
      KONG_PROXY_SERVICE_PORT_HTTP: '80',
      KONG_PORT: 'tcp://10.0.0.1:80',
      KONG_PORT_80_TCP_ADDR: '10.0.0.1',
      KONG_PROXY_PORT_80_TCP: 'tcp://10.0.0.1:80',
      HOME: '/root',
    });
    assert.deepEqual(warnings, [
      'KONG_MEM_CACHE_SIZE is set and has no effect here',
      'KONG_PLUGINS is set and has no effect here',
    ]);
  });
});
