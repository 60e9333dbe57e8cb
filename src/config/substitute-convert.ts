import type { Pipe } from './substitute-syntax.js';

const TRUE: ReadonlySet<string> = new Set(['true', 'yes', 'on', 't', '1']);
const FALSE: ReadonlySet<string> = new Set(['false', 'no', 'off', 'f', '0']);
const WHOLE = /^[-+]?\d+$/;
const FRACTION = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** What each pipe makes, for messages. */
export const RESULT_OF: Readonly<Record<Pipe, string>> = {
  toInt: 'a whole number',
  toBool: 'true or false',
  toFloat: 'a number',
};

/** Makes a variable's text into a number or a boolean; undefined where it says neither. */
export function convert(text: string, pipe: Pipe): number | boolean | undefined {
  const word = text.trim();
  switch (pipe) {
    case 'toInt': {
      const value = WHOLE.test(word) ? Number(word) : Number.NaN;
      return Number.isSafeInteger(value) ? value : undefined;
    }
    case 'toFloat': {
      const value = FRACTION.test(word) ? Number(word) : Number.NaN;
      return Number.isFinite(value) ? value : undefined;
    }
    case 'toBool': {
      const lower = word.toLowerCase();
      if (TRUE.has(lower)) return true;
      return FALSE.has(lower) ? false : undefined;
    }
  }
}

/** The pipe that makes what a field wants; undefined where text is fine, or nothing is known of the field. */
export function pipeFor(types: ReadonlySet<string>): Pipe | undefined {
  if (types.has('string')) return undefined;
  if (types.has('integer')) return 'toInt';
  if (types.has('number')) return 'toFloat';
  return types.has('boolean') ? 'toBool' : undefined;
}
