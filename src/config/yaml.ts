import { type Document, parseDocument, Scalar, type ScalarTag, stringify, type Tags } from 'yaml';

export {
  type Alias,
  CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
} from 'yaml';

/**
 * YAML 1.2 with the booleans of YAML 1.1: Kong reads `yes` and `on` as true, so that `strip_path: yes` works and an
 * unquoted `yes` in place of a name is a mistake.
 */
const kongBoolean: ScalarTag = {
  identify: (value) => typeof value === 'boolean',
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: /^(?:[Tt]rue|TRUE|[Yy]es|YES|[Oo]n|ON|[Ff]alse|FALSE|[Nn]o|NO|[Oo]ff|OFF)$/,
  resolve: (text) => new Scalar(/^(?:t|y|on)/i.test(text)),
  stringify: ({ value }) => String(value),
};

const customTags = (tags: Tags): Tags => [
  kongBoolean,
  ...tags.filter((tag) => typeof tag === 'string' || tag.tag !== kongBoolean.tag),
];

/** Reads YAML as Kong does. What is wrong with the text is in `errors` and `warnings` of the answer. */
export function parseYaml(text: string): Document {
  const options = { version: '1.2', prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;
  return parseDocument(text, { ...options, customTags });
}

/** YAML that `parseYaml` reads as the same value: without anchors, every text on as many lines as it has. */
export function stringifyYaml(value: unknown): string {
  return stringify(value, { version: '1.2', customTags, aliasDuplicateObjects: false, lineWidth: 0 });
}
