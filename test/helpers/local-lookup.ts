import type { LookupFunction } from 'node:net';

/** Every name is this machine, at 127.0.0.1. */
export const localLookup: LookupFunction = (_name, options, done) => {
  if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
};
