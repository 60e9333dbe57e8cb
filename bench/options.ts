import { parseArgs } from 'node:util';

/** What a benchmark can be told: each as `--name VALUE`, or as BENCH_NAME in the environment. */
export interface OptionNames {
  readonly values: readonly string[];
  /** Flags that take no value. */
  readonly switches: readonly string[];
}

/** The options of one run: the flag, else the variable, else the default. */
export interface Options {
  text(name: string, otherwise: string): string;
  /** Throws where what was written is no number of at least `least`. */
  number(name: string, otherwise: number, least?: number): number;
  /** Names separated by commas. Throws on one that is not in `known`. */
  choices(name: string, otherwise: readonly string[], known: readonly string[]): readonly string[];
  /** Words separated by spaces; undefined where nothing was given. */
  words(name: string): readonly string[] | undefined;
  has(name: string): boolean;
}

/** Reads the command line; prints `usage` and ends on `--help`. Throws on a flag that is not known. */
export function readOptions(names: OptionNames, usage: string): Options {
  const values = parseFlags(names);
  if (values['help'] === true) {
    console.log(usage);
    process.exit(0);
  }
  const given = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : process.env[variableOf(name)];
  };
  return {
    text: (name, otherwise) => given(name) ?? otherwise,
    number: (name, otherwise, least = 1) => readNumber(name, given(name), otherwise, least),
    choices: (name, otherwise, known) => readChoices(name, given(name), otherwise, known),
    words: (name) =>
      given(name)
        ?.split(' ')
        .filter((word) => word !== ''),
    has: (name) => values[name] === true,
  };
}

function parseFlags({ values, switches }: OptionNames): Readonly<Record<string, unknown>> {
  const text = values.map((name) => [name, { type: 'string' as const }] as const);
  const flags = [...switches, 'help'].map((name) => [name, { type: 'boolean' as const }] as const);
  return parseArgs({ options: Object.fromEntries([...text, ...flags]) }).values;
}

function variableOf(name: string): string {
  return `BENCH_${name.toUpperCase().replaceAll('-', '_')}`;
}

function readNumber(name: string, text: string | undefined, otherwise: number, least: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < least) {
    throw new Error(`--${name} (${variableOf(name)}): "${text}" is no number of at least ${least}`);
  }
  return number;
}

function readChoices(
  name: string,
  text: string | undefined,
  otherwise: readonly string[],
  known: readonly string[],
): readonly string[] {
  if (text === undefined) return otherwise;
  const chosen = text.split(',').map((choice) => choice.trim());
  for (const choice of chosen) {
    if (!known.includes(choice)) {
      throw new Error(`--${name}: "${choice}" is not known; write some of ${known.join(', ')}`);
    }
  }
  return chosen;
}
