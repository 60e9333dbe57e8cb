import { messageOf } from '../errors.js';
import type { Logger } from '../log.js';
import { EXIT } from './failure.js';

/** After an error nobody caught, the state of the process is unknown: it says so and ends. */
export function exitOnDefect(log: Logger): void {
  process.on('uncaughtException', (error, origin) => {
    log.error({ err: error, origin }, `fatal: ${messageOf(error)}`);
    process.exit(EXIT.failed);
  });
}
