import { parseRegex, RegexFault, type RegexNode } from '../regex-syntax.js';

/** One of these is in nearly every class of characters that people write. */
const CHARACTERS = ['a', '1', 'A', '-', '_', '.', 'x', '0', ' ', ':', '%', 'é', '/'] as const;

/** No more repetitions than this are written out. */
const MAX_COPIES = 64;

const known = new Map<string, string | undefined>();

/**
 * A text that the pattern probably matches: with every repetition as short as it may be, or with at least one copy of
 * what repeats. Undefined where none is found. The caller must check it.
 */
export function sampleOf(pattern: string, copies: 0 | 1): string | undefined {
  try {
    return sample(parseRegex(pattern), copies);
  } catch (error) {
    if (error instanceof RegexFault) return undefined;
    throw error;
  }
}

function sample(node: RegexNode, copies: 0 | 1): string | undefined {
  switch (node.kind) {
    case 'text':
      return node.literal ?? character(node.source);
    case 'sequence':
      return joined(node.items.map((item) => sample(item, copies)));
    case 'choice':
      return node.options.map((option) => sample(option, copies)).find((text) => text !== undefined);
    case 'group':
      return sample(node.body, copies);
    case 'repeat': {
      const count = Math.max(node.min, Math.min(copies, node.max));
      if (count > MAX_COPIES) return undefined;
      return count === 0 ? '' : sample(node.body, copies)?.repeat(count);
    }
  }
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
}

/** A character that fits a class or a dot; nothing for an assertion. */
function character(source: string): string | undefined {
  if (/^(?:\^|\$|\\[bB])$/.test(source)) return '';
  if (known.has(source)) return known.get(source);
  const whole = new RegExp(`^(?:${source})$`);
  const found = ['', ...CHARACTERS].find((text) => whole.test(text));
  known.set(source, found);
  return found;
}
