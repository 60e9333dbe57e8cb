import { constants } from 'node:os';

/**
 * How long one wish to stop may keep arriving, in milliseconds: npm, shells and supervisors pass a signal on that
 * the terminal has already sent to the whole group.
 */
const ECHO = 500;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/**
 * Takes the signals for the rest of the process's life: SIGHUP calls `onReload`; SIGTERM or SIGINT resolves the
 * promise, and once more, a moment later, calls `onHaste` and ends the process at once with 128 and the signal's number,
 * as a shell reports it.
 */
export function takeSignals(onReload: () => void, onHaste: () => void): Promise<StopSignal> {
  process.on('SIGHUP', onReload);
  return new Promise((resolve) => {
    let since: number | undefined;
    const stop = (signal: StopSignal) => {
      if (since !== undefined && performance.now() - since > ECHO) {
        onHaste();
        process.exit(128 + constants.signals[signal]);
      }
      since ??= performance.now();
      resolve(signal);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
  });
}
