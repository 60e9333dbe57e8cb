import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorBody } from '#gateway/proxy/error-body.js';

const ID = '0123456789abcdef0123456789abcdef';

describe('errorBody', () => {
  for (const [accept, type] of [
    [undefined, 'text/plain'],
    ['', 'application/json'],
    ['application/json', 'application/json'],
    ['text/html', 'text/html'],
    ['TEXT/HTML', 'text/html'],
    ['application/xml', 'application/xml'],
    ['text/plain', 'text/plain'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['text/*', 'text/plain'],
    ['image/png', 'application/json'],
    ['text/html;q=0.5, application/json', 'application/json'],
    ['text/html;q=0.5, application/json;q=0.4', 'text/html'],
    ['text/html;level=1;q=0.5, text/plain;q=0.6', 'text/plain'],
    ['text/html, application/xml', 'text/html'],
    ['application/xml, text/html', 'application/xml'],
    ['text/html;q=0', 'application/json'],
    ['text/html;q=x, text/plain;q=0.1', 'text/plain'],
    ['image/png, text/html;q=0.1', 'text/html'],
  ] as const) {
    it(`answers Accept: ${accept ?? '(none)'} in ${type}`, () => {
      assert.equal(errorBody('no', ID, accept, 'plain').contentType, `${type}; charset=utf-8`);
    });
  }

  it('stays well-formed whatever the message says', () => {
    const message = 'a "b" <c> & \n';
    const json = errorBody(message, ID, 'application/json', 'json').body;
    assert.deepEqual(JSON.parse(json), { message, request_id: ID });
    for (const accept of ['text/html', 'application/xml']) {
      const { body } = errorBody(message, ID, accept, 'json');
      assert.ok(!body.includes('<c>') && body.includes('&#60;c&#62; &#38;'), body);
    }
  });
});
