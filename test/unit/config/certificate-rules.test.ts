import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { checkCaCertificate, checkCertificate, checkPublicKey } from '#gateway/config/certificate-rules.js';
import type { Finding } from '#gateway/config/finding.js';
import { makeCertificate } from '../../helpers/certificate.js';

const DAY = 86_400_000;
const past = { notBefore: new Date(Date.now() - 2 * DAY), notAfter: new Date(Date.now() - DAY) };
const future = { notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 2 * DAY) };
const server = makeCertificate({ commonName: 'a.test' });
const other = makeCertificate({ commonName: 'b.test' });
const authority = makeCertificate({ commonName: 'ca', ca: true });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encrypted = rsa.privateKey.export({
  ...{ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' },
});
const rsaKey = rsa.publicKey.export({ format: 'pem', type: 'spki' });

function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(
    ({ code, severity = 'error', path, message }) => `${severity} ${code} ${path.join('.')}: ${message}`,
  );
}

describe('a certificate', () => {
  it('goes with its key', () => {
    assert.deepEqual(told(checkCertificate({ ...server }, ['c'])), []);
    const signed = makeCertificate({ commonName: 'a.test', issuer: authority });
    const chain = { cert: `${signed.cert}${authority.cert}`, key: signed.key };
    assert.deepEqual(told(checkCertificate(chain, ['c'])), []);
  });

  it('does not go with the key of another', () => {
    const found = told(checkCertificate({ cert: server.cert, key: other.key }, ['c']));
    assert.deepEqual(found, ['error invalid-certificate c.key: certificate does not match key']);
  });

  it('needs another type of key as alternative', () => {
    const pair = { cert: server.cert, key: server.key, cert_alt: other.cert, key_alt: other.key };
    assert.match(told(checkCertificate(pair, ['c'])).join(), /c\.cert_alt: .*both are ec/);
  });

  it('is only warned of when it is out of date', () => {
    const expired = told(checkCertificate({ ...makeCertificate({ commonName: 'a', ...past }) }, ['c']));
    assert.match(expired.join(), /^warning certificate-expired c\.cert: certificate expired/);
    const early = told(checkCertificate({ ...makeCertificate({ commonName: 'a', ...future }) }, ['c']));
    assert.match(early.join(), /^warning certificate-not-yet-valid c\.cert: /);
  });

  it('is warned of in the month before it ends', () => {
    const soon = makeCertificate({ commonName: 'a', notAfter: new Date(Date.now() + 29 * 86_400_000) });
    assert.match(
      told(checkCertificate({ ...soon }, ['c'])).join(),
      /^warning certificate-expires-soon c\.cert: certificate expires in less than 30 days/,
    );
  });

  it('is warned of where its chain is that of another', () => {
    const chain = { cert: `${server.cert}${other.cert}${authority.cert}`, key: server.key };
    assert.deepEqual(told(checkCertificate(chain, ['c'])), [
      'warning certificate-chain c.cert: certificate 2 of the chain did not issue certificate 1',
    ]);
  });

  it('is refused where its chain cannot be read', () => {
    const broken = authority.cert.replace(/M/g, 'A');
    const [finding] = told(checkCertificate({ cert: `${server.cert}${broken}`, key: server.key }, ['c']));
    assert.match(finding ?? '', /^error invalid-certificate c\.cert: .*, number 2 of the chain$/);
  });

  it('is refused where its key is too short for a handshake', () => {
    const weak = makeCertificate({ commonName: 'a', rsa: 512 });
    assert.match(
      told(checkCertificate({ ...weak }, ['c'])).join(),
      /^error invalid-certificate c\.cert: the certificate cannot be used: .*key too small/,
    );
    assert.deepEqual(
      told(checkCertificate({ ...makeCertificate({ commonName: 'a', rsa: 1024 }) }, ['c'])),
      [],
    );
  });

  const unreadable: readonly (readonly [string, RegExp])[] = [
    ['no certificate', /invalid certificate: it is no PEM text/],
    [server.cert.replaceAll('\n', '\\n'), /invalid certificate: its line breaks are written as \\n/],
    [server.cert.slice(0, 200), /invalid certificate: /],
    [server.cert.replace(/M/g, '!'), /invalid certificate: /],
  ];
  for (const [cert, message] of unreadable) {
    it(`says why ${JSON.stringify(cert.slice(0, 40))} is none`, () => {
      const [first, ...rest] = told(checkCertificate({ cert, key: server.key }, ['c']));
      assert.match(first ?? '', message);
      assert.deepEqual(rest, []);
    });
  }

  it('has a key that can be read, and never shows it', () => {
    const found = checkCertificate({ cert: server.cert, key: encrypted }, ['c']);
    assert.match(told(found).join(), /^error invalid-certificate c\.key: invalid key: it is encrypted$/);
    const secret = 'hunter2-is-no-key';
    assert.doesNotMatch(
      JSON.stringify(checkCertificate({ cert: server.cert, key: secret }, ['c'])),
      /hunter2/,
    );
  });

  it('is left alone where a schema has found it wrong already', () => {
    assert.deepEqual(checkCertificate({ cert: 1, key: ['x'], cert_alt: {} }, ['c']), []);
  });
});

describe('a CA certificate', () => {
  it('may sign others', () => assert.deepEqual(told(checkCaCertificate({ ...authority }, ['c'])), []));

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['may not sign', server.cert, /missing the "CA" basic constraint/],
    ['has expired', makeCertificate({ commonName: 'ca', ca: true, ...past }).cert, /certificate expired/],
    ['is two', `${authority.cert}${authority.cert}`, /only one certificate at a time/],
    ['is none', 'x', /no PEM text/],
  ];
  for (const [what, cert, message] of refused) {
    it(`is refused when it ${what}`, () => {
      const [first, ...rest] = told(checkCaCertificate({ cert }, ['c']));
      assert.match(first ?? '', message);
      assert.match(first ?? '', /^error invalid-certificate c\.cert: /);
      assert.deepEqual(rest, []);
    });
  }
});

describe('the public key of a JWT credential', () => {
  it('is read where the algorithm uses one', () => {
    assert.deepEqual(checkPublicKey({ algorithm: 'RS256', rsa_public_key: rsaKey }, []), []);
    assert.deepEqual(checkPublicKey({ algorithm: 'HS256', rsa_public_key: 'x' }, []), []);
    const found = told(checkPublicKey({ algorithm: 'RS256', rsa_public_key: 'x' }, ['j']));
    assert.deepEqual(found, ['error invalid-certificate j.rsa_public_key: invalid key: it is no PEM text']);
  });
});
