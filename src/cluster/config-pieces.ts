import type { GatewayConfig } from '../config/entities.js';
import { entityKinds } from '../config/entity-kinds.js';
import type { ConfigPiece } from './messages.js';

/**
 * How much JSON goes into one piece, in characters: parsing that much takes a worker well under a millisecond. An
 * entity that is longer is a piece of its own.
 */
export const PIECE_SIZE = 32 * 1024;

/** A part of a config's lists. */
export type Piece = Pick<ConfigPiece, 'index' | 'kind' | 'entities'>;

/** Takes the lists of a config apart, kind by kind, one piece at a time as they are asked for. */
export function* piecesOf(config: GatewayConfig, size = PIECE_SIZE): Generator<Piece, void, undefined> {
  let index = 0;
  for (const kind of entityKinds) {
    let entities: object[] = [];
    let length = 0;
    for (const entity of config[kind]) {
      const more = JSON.stringify(entity).length;
      if (entities.length > 0 && length + more > size) {
        yield { index: index++, kind, entities };
        entities = [];
        length = 0;
      }
      entities.push(entity);
      length += more;
    }
    if (entities.length > 0) yield { index: index++, kind, entities };
  }
}
