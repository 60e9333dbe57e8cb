import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SettingsError } from '#gateway/errors.js';
import { makeSelfSigned } from '#gateway/tls/self-signed.js';
import { readTlsTerms } from '#gateway/tls/terms.js';
import { readTls } from '#gateway/tls-settings.js';
import { makeCertificate } from '../../helpers/certificate.js';

const { protocol } = readTls({}, () => undefined, []);
const own = makeCertificate({ commonName: 'own.test' });
const from = ['KONG_SSL_CERT', 'KONG_SSL_CERT_KEY'] as const;

describe('the default certificate', () => {
  it('is made where none is given', async () => {
    const { defaults, ticketKeys } = await readTlsTerms(protocol, []);
    const certificate = new X509Certificate(defaults[0]?.cert ?? '');
    assert.equal(certificate.subject, 'CN=localhost');
    assert.equal(certificate.verify(certificate.publicKey), true);
    assert.equal(certificate.checkHost('localhost'), 'localhost');
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    assert.ok(Date.parse(certificate.validTo) > Date.now() + 9 * 365 * 86_400_000);
    assert.equal(Buffer.from(ticketKeys, 'base64').length, 48);
    assert.notEqual(makeSelfSigned(Date.now()).key, defaults[0]?.key);
  });

  it('is a file, PEM, or base64 of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'terms-'));
    try {
      const file = join(folder, 'own.pem');
      await writeFile(file, own.cert);
      for (const cert of [file, own.cert, Buffer.from(own.cert).toString('base64')]) {
        const { defaults } = await readTlsTerms(protocol, [{ cert, key: own.key, from }]);
        assert.deepEqual(defaults, [{ cert: own.cert, key: own.key }]);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const other = makeCertificate({ commonName: 'other.test' });
  const unusable: readonly (readonly [string, string, RegExp])[] = [
    ['/nowhere/own.pem', own.key, /^KONG_SSL_CERT: .* \(ENOENT\)$/],
    [own.cert, 'c2VjcmV0', /^KONG_SSL_CERT_KEY: (?!.*c2VjcmV0)/],
    [own.cert, other.key, /^KONG_SSL_CERT, KONG_SSL_CERT_KEY: .*mismatch/],
    [own.cert, own.cert, /^KONG_SSL_CERT, KONG_SSL_CERT_KEY: /],
  ];
  for (const [cert, key, message] of unusable) {
    it(`is refused: ${message}`, async () => {
      await assert.rejects(
        readTlsTerms(protocol, [{ cert, key, from }]),
        (error) => error instanceof SettingsError && message.test(error.message),
      );
    });
  }

  it('needs ciphers that OpenSSL knows', async () => {
    await assert.rejects(
      readTlsTerms({ ...protocol, ciphers: 'ROT13' }, []),
      /^SettingsError: KONG_SSL_CIPHERS: /,
    );
  });
});
