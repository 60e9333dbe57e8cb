import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { combinedFormat } from '#gateway/access-log/combined.js';
import { accessEntry, UNREADABLE } from '../../helpers/access-entry.js';

Object.assign(process.env, { TZ: 'UTC' });

describe('combinedFormat', () => {
  it("writes Kong's default line", () => {
    assert.equal(
      combinedFormat()(accessEntry({ remoteUser: 'ann' })),
      '192.0.2.7 - ann [23/Nov/2026:17:48:05 +0000] "GET /users/7?full=1 HTTP/1.1" 200 312 ' +
        '"https://shop.test/" "curl/8.5.0" kong_request_id: "0f3c5a7b9d1e2f4a6b8c0d1e2f3a4b5c"\n',
    );
  });

  it('writes a dash for what is absent, and nothing for what is empty', () => {
    const line = combinedFormat()(accessEntry({ referer: undefined, userAgent: '' }));
    assert.match(line, /^192\.0\.2\.7 - - \[.*\] "GET .*" 200 312 "-" "" kong_request_id/);
  });

  it('writes a request line that could not be read as what there is of it', () => {
    assert.match(combinedFormat()(accessEntry(UNREADABLE)), /\] "-" 400 312 "-" "-" /);
    const line = combinedFormat()(accessEntry({ ...UNREADABLE, target: 'GET /a b HTTP/1.1' }));
    assert.match(line, /\] "GET \/a b HTTP\/1\.1" 400 /);
  });

  it('escapes quotes, backslashes, control bytes and 8-bit bytes as nginx does', () => {
    const line = combinedFormat()(
      accessEntry({ target: '/"', referer: 'a\\b\n', userAgent: '\x7f\xe9~ ', remoteUser: '\t' }),
    );
    assert.match(line, / - \\x09 \[/);
    assert.match(line, /"GET \/\\x22 HTTP\/1\.1"/);
    assert.match(line, /"a\\x5Cb\\x0A" "\\x7F\\xE9~ "/);
  });

  it('lets no byte of a client end the line or its field', () => {
    const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    const hostile = { method: bytes, target: bytes, referer: bytes, userAgent: bytes, remoteUser: bytes };
    const line = combinedFormat()(accessEntry(hostile));
    assert.match(line, /^[ -~]*\n$/);
    assert.equal(line.match(/"/g)?.length, 8);
  });
});
