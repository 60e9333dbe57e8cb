import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigAssembly } from '#gateway/cluster/config-assembly.js';
import { PIECE_SIZE, piecesOf } from '#gateway/cluster/config-pieces.js';
import type { GatewayConfig } from '#gateway/config/entities.js';
import { GatewayError } from '#gateway/errors.js';
import { loadObject } from '../../helpers/proxy.js';

/** Of every kind that nests or refers, and one entity larger than a piece. */
const config = loadObject({
  services: [
    {
      name: 's',
      host: 'h',
      routes: Array.from({ length: 500 }, (_, i) => ({ name: `r${i}`, paths: [`/${i}`] })),
    },
  ],
  upstreams: [{ name: 'u', targets: [{ target: '127.0.0.1:1' }, { target: '127.0.0.1:2' }] }],
  consumers: [{ username: 'c', keyauth_credentials: [{ key: 'k' }] }],
  plugins: [{ name: 'request-termination', config: { message: 'x'.repeat(PIECE_SIZE * 2) } }],
});

function begin(of: GatewayConfig, version = 3) {
  const { format_version, transform, hash } = of;
  return { type: 'config:begin', version, format_version, transform, hash } as const;
}

describe('the pieces of a config', () => {
  it('make up the same config after the channel, without what only the Admin API needs', () => {
    const assembly = new ConfigAssembly(begin(config));
    for (const piece of piecesOf(config)) assembly.add(JSON.parse(JSON.stringify(piece)));
    assert.equal(assembly.version, 3);
    assert.deepEqual(assembly.finish(), { ...config, secrets: [], document: '' });
  });

  it('are no longer than they may be, unless an entity is', () => {
    const pieces = [...piecesOf(config)];
    assert.deepEqual(
      pieces.map(({ index }) => index),
      pieces.map((_, place) => place),
    );
    for (const { entities } of pieces) {
      const length = entities.reduce((total, entity) => total + JSON.stringify(entity).length, 0);
      assert.ok(length <= PIECE_SIZE || entities.length === 1, `${length}`);
    }
    assert.ok(pieces.filter(({ kind }) => kind === 'routes').length > 5);
    assert.ok(pieces.length < 30);
  });

  it('are none where there are no entities', () => {
    const empty = loadObject({});
    assert.deepEqual([...piecesOf(empty)], []);
    assert.deepEqual(new ConfigAssembly(begin(empty)).finish().routes, []);
  });

  it('are refused when one is missing', () => {
    const [, second] = [...piecesOf(config)];
    assert.ok(second);
    assert.throws(() => new ConfigAssembly(begin(config)).add(second), GatewayError);
  });
});
