import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeCertificate } from '../../../helpers/certificate.js';
import { placesOf, warningsOf } from '../../../helpers/lint.js';

const SERVICE = `
services:
- name: users
  host: users.internal
  routes:
  - name: users
    paths: [/users]
`;

function route(...fields: readonly string[]): string {
  return `${SERVICE.replace('    paths: [/users]\n', '')}${fields.map((field) => `    ${field}\n`).join('')}`;
}

function service(...fields: readonly string[]): string {
  return SERVICE.replace('  host: users.internal\n', fields.map((field) => `  ${field}\n`).join(''));
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of configs.
interface Cases {
  /** What each config is about: the config, and where the warnings stand. The format version is its first line. */
  readonly told: Readonly<Record<string, readonly [text: string, ...places: string[]]>>;
  readonly silent: Readonly<Record<string, string>>;
}

const RULES: Readonly<Record<string, Cases>> = {
  'service-without-routes': {
    told: { 'no route': ['\nservices:\n- name: a\n  host: b\n', '3:3'] },
    silent: {
      'a nested route': SERVICE,
      'a route elsewhere': '\nservices:\n- {name: a, host: b}\nroutes:\n- {service: a, paths: [/]}\n',
      'a disabled service': '\nservices:\n- {name: a, host: b, enabled: false}\n',
    },
  },
  'url-overrides': {
    told: {
      'other parts': [
        service('url: http://a.test:81/x', 'protocol: https', 'host: b', 'port: 80', 'path: /y'),
        '5:13',
        '6:9',
        '7:9',
        '8:9',
      ],
    },
    silent: {
      'the same parts': service(
        'url: http://a.test:81/x',
        'protocol: http',
        'host: a.test',
        'port: 81',
        'path: /x',
      ),
      'url alone': service('url: https://a.test'),
    },
  },
  'protocol-port-mismatch': {
    told: {
      'http on 443': [service('host: a', 'port: 443'), '3:3'],
      'https on 80': [service('url: https://a:80'), '3:3'],
    },
    silent: {
      'https on 443': service('url: https://a'),
      'https on another port': service('url: https://a:8443'),
      'http on 80': service('url: http://a'),
      'an upstream, whose targets have ports of their own': `${service('host: a', 'port: 443')}upstreams:\n- {name: a, targets: [{target: "b:1"}]}\n`,
      'tcp on 443':
        '\nservices:\n- {name: a, protocol: tcp, host: b, port: 443}\nroutes:\n- {service: a, protocols: [tcp], destinations: [{port: 1}]}\n',
    },
  },
  'tls-not-verified': {
    told: { depth: [service('url: https://a', 'tls_verify: false', 'tls_verify_depth: 2'), '6:21'] },
    silent: {
      verified: service('url: https://a', 'tls_verify: true', 'tls_verify_depth: 2'),
      'left to the gateway': service('url: https://a', 'tls_verify_depth: 2'),
      'no depth': service('url: https://a', 'tls_verify: false'),
    },
  },
  'duplicate-value': {
    told: {
      paths: [route('paths: [/a, /b, /a]'), '7:21'],
      'hosts and methods': [route('hosts: [a, a]', 'methods: [GET, PUT, GET]'), '7:16', '8:25'],
    },
    silent: { 'different values': route('paths: [/a, /b]', 'hosts: [a.test, b.test]') },
  },
  'unused-regex-priority': {
    told: { 'a prefix': [route('paths: [/a]', 'regex_priority: 1'), '8:21'] },
    silent: {
      'a regex': route("paths: ['~/a']", 'regex_priority: 1'),
      'the default': route('paths: [/a]', 'regex_priority: 0'),
    },
  },
  'unused-redirect': {
    told: { 'a route for both': [route('paths: [/a]', 'https_redirect_status_code: 301'), '8:33'] },
    silent: {
      'https only': route('paths: [/a]', 'https_redirect_status_code: 301', 'protocols: [https]'),
      'the default': route('paths: [/a]', 'https_redirect_status_code: 426'),
    },
  },
  'route-without-service': {
    told: {
      'nothing answers': ['\nroutes:\n- paths: [/a]\n', '3:3'],
      'a plugin of another route': [
        '\nroutes:\n- {name: a, paths: [/a]}\n- {name: b, paths: [/b], plugins: [{name: request-termination}]}\n',
        '3:3',
      ],
      'a plugin that is off': [
        '\nroutes:\n- {name: b, paths: [/b], plugins: [{name: request-termination, enabled: false}]}\n',
        '3:3',
      ],
    },
    silent: {
      'a plugin of its own': '\nroutes:\n- {name: b, paths: [/b], plugins: [{name: request-termination}]}\n',
      'a plugin for all': '\nroutes:\n- {name: b, paths: [/b]}\nplugins:\n- name: request-termination\n',
    },
  },
  'unmarked-regex': {
    told: Object.fromEntries(
      [
        '/a/.*',
        '/a/(.*)',
        '/a/[a-z]',
        '/a/(?<id>b)',
        '/a(b|c)',
        '/a$',
        '/a/[^/]',
        '/a/*',
        '/a/**',
        '/a.+',
      ].map((path) => [path, [route(`paths: ['${path}']`), '7:13'] as const]),
    ),
    silent: {
      'paths with signs that are legal': route(
        "paths: ['/Products(1)', '/$metadata', '/a+b', '/a*b', '/users/@me', \"/it's\", '/a;b=c', '/(a)', '/v1.0', '/a[0]']",
      ),
      'a marked regex': route("paths: ['~/a/.*']"),
      'an older format, which needs no mark': 'OLD',
    },
  },
  'unused-upstream': {
    told: { 'no service': ['\nupstreams:\n- name: a\n', '3:3'] },
    silent: {
      'the host of a service': `${service('host: a')}upstreams:\n- {name: a, targets: [{target: "b:1"}]}\n`,
      'named by a plugin':
        '\nupstreams:\n- {name: a.b, targets: [{target: "b:1"}]}\nplugins:\n- name: post-function\n  config: {access: ["kong.service.set_upstream(\'a.b\')"]}\n',
    },
  },
  'upstream-without-targets': {
    told: {
      'no target': [`${service('host: a')}upstreams:\n- name: a\n`, '9:3'],
      'weight 0': [
        `${service('host: a')}upstreams:\n- name: a\n  targets: [{target: "b:1", weight: 0}]\n`,
        '9:3',
      ],
    },
    silent: {
      'a target': `${service('host: a')}upstreams:\n- name: a\ntargets:\n- {target: "b:1", upstream: a}\n`,
    },
  },
  'unused-consumer': {
    told: { 'nothing but a name': ['\nconsumers:\n- username: a\n', '3:3'] },
    silent: {
      'a credential': '\nconsumers:\n- {username: a, acls: [{group: g}]}\n',
      'a credential elsewhere': '\nconsumers:\n- {username: a}\nacls:\n- {consumer: a, group: g}\n',
      'a plugin':
        '\nconsumers:\n- {username: a}\nplugins:\n- {name: cors, service: null}\n- {name: request-termination, consumer: a}\n',
      'a custom_id': '\nconsumers:\n- {username: a, custom_id: b}\n',
      'anonymous by name':
        '\nconsumers:\n- {username: nobody}\nplugins:\n- {name: key-auth, config: {anonymous: nobody}}\n',
      'a group': '\nconsumer_groups:\n- name: g\nconsumers:\n- {username: a, groups: [{name: g}]}\n',
    },
  },
  'plain-secret': {
    told: {
      'a key': ['\nconsumers:\n- username: a\n  keyauth_credentials: [{key: abc}]\n', '4:31'],
      'settings of a plugin': [
        '\nplugins:\n- name: rate-limiting\n  config:\n    minute: 1\n    policy: redis\n    redis: {host: a, password: b}\n',
        '7:32',
      ],
    },
    silent: {
      'from the environment': '\nconsumers:\n- username: a\n  keyauth_credentials: [{key: "${SECRET}"}]\n',
      'a hash':
        '\n_transform: false\nconsumers:\n- username: a\n  basicauth_credentials: [{username: a, password: 0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33}]\n',
    },
  },
};

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of configs.

/** The text of a case, with its format version in front. */
function complete(text: string): string {
  if (text === 'OLD') return `_format_version: "1.1"${route('paths: [/a/.*]')}`;
  return `_format_version: "3.0"${text}`;
}

for (const [code, { told, silent }] of Object.entries(RULES)) {
  describe(`the rule ${code}`, () => {
    for (const [what, [text, ...places]] of Object.entries(told)) {
      it(`tells: ${what}`, () => {
        assert.deepEqual(placesOf(code, warningsOf(complete(text), { SECRET: 's' })), places);
      });
    }
    for (const [what, text] of Object.entries(silent)) {
      it(`keeps silent: ${what}`, () => {
        assert.deepEqual(placesOf(code, warningsOf(complete(text), { SECRET: 's' })), []);
      });
    }
  });
}

describe('the rule unused-certificate', () => {
  const pem = (text: string) => `|\n${text.trim().replaceAll(/^/gm, '    ')}`;
  const { cert, key } = makeCertificate({ commonName: 'a.test' });
  const entity = `certificates:\n- cert: ${pem(cert)}\n  key: ${pem(key)}\n  id: 5f1d6a2e-9c7b-4c68-9d4d-0d8b1a1f0001\n`;

  it('tells of a certificate without snis', () => {
    assert.deepEqual(placesOf('unused-certificate', warningsOf(`_format_version: "3.0"\n${entity}`)), [
      '3:3',
    ]);
  });

  it('keeps silent where a name or a service uses it', () => {
    const named = `${entity}  snis: [{name: a.test}]\n`;
    const used = `${entity}services:\n- {name: a, url: "https://b", client_certificate: {id: 5f1d6a2e-9c7b-4c68-9d4d-0d8b1a1f0001}}\n`;
    for (const text of [named, used]) {
      assert.deepEqual(placesOf('unused-certificate', warningsOf(`_format_version: "3.0"\n${text}`)), []);
    }
  });
});
