import type { Terminal } from './terminal.js';

/** What the logger writes: one JSON object a line. */
interface Entry {
  readonly level: number;
  readonly time: string;
  readonly msg: string;
  readonly err?: { readonly stack?: string; readonly message?: string };
  readonly issue?: object;
  readonly [field: string]: unknown;
}

/** SGR parameters of ECMA-48. */
const SGR = { dim: 2, red: 31, green: 32, yellow: 33 } as const;
type Style = keyof typeof SGR;

const LEVELS: Readonly<Record<number, readonly [name: string, style: Style]>> = {
  20: ['debug', 'dim'],
  30: ['info ', 'green'],
  40: ['warn ', 'yellow'],
  50: ['error', 'red'],
};

/** A destination for the logger that writes its JSON as lines for people. */
export function terminalLog(terminal: Terminal): { write(line: string): void } {
  const paint = (style: Style, text: string) =>
    terminal.color && text !== '' ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text;
  return {
    write(line) {
      const { level, time, msg, err, issue, ...fields } = JSON.parse(line) as Entry;
      // The issues of a reload are shown with their source lines by the command itself.
      if (issue !== undefined) return;
      const [name, style] = LEVELS[level] ?? ['fatal', 'red'];
      const rest = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      const parts = [paint('dim', clock(time)), paint(style, name), msg, paint('dim', rest.join(' '))];
      terminal.err(parts.join(' ').trimEnd());
      const trace = err?.stack ?? err?.message;
      if (trace !== undefined) terminal.err(paint('dim', trace));
    },
  };
}

/** The local time of day of an ISO date. */
function clock(time: string): string {
  return new Date(time).toTimeString().slice(0, 8);
}
