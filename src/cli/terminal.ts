/** Where a command writes to: answers on standard output, complaints on standard error. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** Whether a person reads standard error, rather than a file or a collector of logs. */
  readonly interactive: boolean;
  /** Whether standard error takes colours; NO_COLOR is honoured. */
  readonly color: boolean;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const interactive = process.stderr.isTTY === true;
  return {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    interactive,
    color: interactive && process.stderr.hasColors(),
  };
}
