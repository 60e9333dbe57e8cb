import { constants } from 'node:os';

/**
 * How long one wish to stop may keep arriving, in milliseconds: npm, shells and supervisors pass a signal on that
 * the terminal has already sent to the whole group.
 */
const ECHO = 500;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** What the signals ask for. */
export interface SignalActions {
  /** SIGHUP. */
  readonly reload: () => void;
  /** SIGUSR1, as rotators of nginx's logs send it. */
  readonly reopenLogs: () => void;
  /** Called before a second wish to stop ends the process. */
  readonly haste: () => void;
}

/**
 * Takes the signals for the rest of the process's life. SIGTERM or SIGINT resolves the promise, and once more, a moment
 * later, ends the process at once with 128 and the signal's number, as a shell reports it.
 */
export function takeSignals(actions: SignalActions): Promise<StopSignal> {
  process.on('SIGHUP', actions.reload);
  // Node.js would start its debugger.
  process.on('SIGUSR1', actions.reopenLogs);
  return new Promise((resolve) => {
    let since: number | undefined;
    const stop = (signal: StopSignal) => {
      if (since !== undefined && performance.now() - since > ECHO) {
        actions.haste();
        process.exit(128 + constants.signals[signal]);
      }
      since ??= performance.now();
      resolve(signal);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
  });
}
