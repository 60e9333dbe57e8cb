import { PRODUCT, VERSION } from '../../version.js';
import { EXIT } from '../failure.js';
import type { Terminal } from '../terminal.js';

/** `gateway version`: the release and the Node.js it runs on. */
export function version(terminal: Terminal): number {
  terminal.out(`${PRODUCT} ${VERSION} (Node.js ${process.versions.node})`);
  return EXIT.ok;
}
