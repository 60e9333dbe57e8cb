import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Certificate, Sni } from '#gateway/config/entities.js';
import { doAtOnce } from '#gateway/steps.js';
import { type CertificateIndex, certificateIndexSteps } from '#gateway/tls/certificate-index.js';

const none = { tags: null, created_at: null, updated_at: null };

function indexOf(...names: readonly string[]): CertificateIndex {
  const certificates: readonly Certificate[] = names.map((id) => {
    return { id, cert: '', key: '', cert_alt: null, key_alt: null, ...none };
  });
  const snis: readonly Sni[] = names.map((name) => ({ id: name, name, certificate: { id: name }, ...none }));
  return doAtOnce(certificateIndexSteps({ certificates, snis }));
}

describe('the certificate for a server name', () => {
  const index = indexOf('exact.test', '*.wild.test', 'first.*', '*.test', 'A.Upper.test', 'a.b.*', '*.b.org');
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['exact.test', 'exact.test'],
    ['a.wild.test', '*.wild.test'],
    ['wild.test', undefined],
    ['b.a.wild.test', undefined],
    ['first.org', 'first.*'],
    ['x.first.org', undefined],
    ['first.a.b', undefined],
    // A name of two labels is covered by its own SNI only.
    ['other.test', undefined],
    ['a.upper.test', 'A.Upper.test'],
    ['a.b.org', '*.b.org'],
    ['a.b.net', 'a.b.*'],
    ['exact.test.', undefined],
    ['', undefined],
    ['.', undefined],
    ['*', undefined],
  ];
  for (const [name, wanted] of rows) {
    it(`${name} is ${wanted ?? 'the default'}`, () => assert.equal(index.find(name)?.id, wanted));
  }

  it('is that of * where nothing else fits', () => {
    const all = indexOf('*', '*.a.test');
    assert.equal(all.find('unknown')?.id, '*');
    assert.equal(all.find('x.a.test')?.id, '*.a.test');
  });
});
