import type { Severity } from './issue.js';

/** What a code stands for. docs/errors.md explains each with an example and what to do. */
export interface IssueCode {
  /** Of nearly all issues with this code. */
  readonly severity: Severity;
  /** Whether an issue with this code may be a warning, which a comment can silence. */
  readonly silenceable: boolean;
  /** One sentence. */
  readonly title: string;
}

const error = (title: string): IssueCode => ({ severity: 'error', silenceable: false, title });
const sometimes = (title: string): IssueCode => ({ severity: 'error', silenceable: true, title });
const warning = (title: string): IssueCode => ({ severity: 'warning', silenceable: true, title });

/** Every code an issue of a config can have. A code keeps its meaning for good: programs and comments name it. */
export const ISSUE_CODES: Readonly<Record<string, IssueCode>> = {
  // The file.
  'unreadable-file': error('The file cannot be read.'),
  'file-too-large': error('The file is larger than any config.'),
  'not-utf8': error('The file is not UTF-8 text.'),
  'binary-file': error('The file is no text.'),
  'empty-file': error('The file holds nothing.'),
  'multiple-documents': error('The file holds more than one YAML document.'),
  'not-a-mapping': error('The file holds a list or a single value instead of a mapping.'),
  'yaml-syntax': error('The text is not YAML.'),
  'duplicate-key': error('A mapping has the same key twice.'),
  'bad-key': error('A key is not a plain word.'),
  'forbidden-key': error('A key reaches into the inside of JavaScript objects.'),
  'too-deep': error('Values are nested deeper than in any config.'),
  'unknown-alias': error('An alias has no anchor before it.'),
  'alias-loop': error('An alias stands inside of what it stands for.'),
  'alias-bomb': error('Aliases stand for more values than any config has.'),
  'bad-merge': error('The merge key << has no mapping to take in.'),
  'format-mismatch': error('Files of one config have different formats.'),
  'transform-mismatch': error('Files of one config disagree on _transform.'),
  'too-many-issues': error('There are more issues than are told one by one.'),

  // Fields.
  'unknown-field': error('There is no field of this name.'),
  'required-field': error('A field that is required is missing.'),
  'wrong-type': error('A value has the wrong type.'),
  'invalid-value': error('A value breaks a rule of its field.'),
  'invalid-choice': error('A value is not among those the field can have.'),
  'invalid-key': error('A key of a map breaks a rule.'),
  'invalid-path': error('A path cannot be matched as it is written.'),
  'invalid-code': error('Code in a value is not valid.'),
  'invalid-regex': error('A regular expression cannot be used.'),
  'not-for-protocol': error('A field does not go with the protocol of the entity.'),
  'missing-choice': error('None of several fields is there, of which one has to be.'),
  'conflicting-fields': error('Fields that do not go together.'),
  'fields-belong-together': error('A field is there without those it needs.'),
  'not-supported': error('Known to Kong, and not supported by this version.'),

  'invalid-entity': error('An entity breaks a rule that has no code of its own.'),

  // Values from outside of the file.
  'missing-variable': error('A placeholder names a variable that is not set.'),
  'bad-placeholder': error('A placeholder is not written as one.'),
  'bad-variable': error('The value of a variable does not go with its field.'),
  'unknown-vault': error('A vault reference names a vault that does not exist.'),
  'bad-env-file': error('A line of an --env-file is no assignment.'),

  // Entities.
  'duplicate-name': error('Two entities of one kind have the same name.'),
  'duplicate-id': error('Two entities of one kind have the same id.'),
  'duplicate-entity': error(
    'The same entity twice: one plugin for the same things, one target of an upstream, one group of a consumer.',
  ),
  'unknown-reference': sometimes('A reference names an entity that does not exist.'),
  'nested-reference': error('An entity inside of another names a third one as what it belongs to.'),
  'nested-service': error('A route inside of a service names another service.'),
  'unknown-plugin': error('There is no plugin of this name.'),
  'wrong-scope': error('A plugin is for something it cannot be for.'),
  'mixed-protocols': error('A route has protocols that do not go together.'),
  'invalid-certificate': error(
    'A certificate cannot be read, does not match its key, or is of the wrong kind.',
  ),
  'route-matches-nothing': error('A route has nothing to match requests by.'),

  // Legal, and probably wrong.
  'unfilled-placeholder': sometimes('Something that looks like a placeholder, and that nothing fills in.'),
  'vault-reference-ignored': warning('A vault reference stands in a field that takes none.'),
  'ignored-field': warning('A field has no meaning here and is left out.'),
  'generated-secret': warning('A secret is made up at random, anew at every start.'),
  'certificate-expired': warning('A certificate is out of date.'),
  'certificate-expires-soon': warning('A certificate will be out of date within 30 days.'),
  'certificate-chain': warning('The certificates of a chain do not follow one another.'),
  'certificate-not-yet-valid': warning('A certificate is not valid yet.'),
  'bad-ignore': warning('A gateway-ignore comment silences nothing.'),
  'unreachable-route': warning('Other routes take every request that a route could match.'),
  'ambiguous-routes': warning('Two routes of equal precedence match the same request.'),
  'unmarked-regex': warning('A path looks like a regex and is not marked as one.'),
  'duplicate-value': warning('A list holds a value twice.'),
  'unused-regex-priority': warning('regex_priority stands at a route without regexes.'),
  'unused-redirect': warning('https_redirect_status_code stands at a route that takes http.'),
  'route-without-service': warning('A route has neither a service nor a plugin that could answer.'),
  'service-without-routes': warning('No route leads to a service.'),
  'url-overrides': warning('A field contradicts the url beside it, and the url wins.'),
  'protocol-port-mismatch': warning('A service speaks http to the port of https, or the other way round.'),
  'tls-not-verified': warning('A field about verification stands beside tls_verify: false.'),
  'unused-upstream': warning('No service uses an upstream.'),
  'upstream-without-targets': warning('An upstream has nowhere to send requests.'),
  'unused-consumer': warning('Nobody can be a consumer.'),
  'unused-certificate': warning('Nothing uses a certificate.'),
  'deprecated-field': warning('A field of earlier times, which another one has replaced.'),
  'plain-secret': warning('A secret stands in plain text in the file.'),
};

/** What a code stands for; a code this table does not know counts as an error. */
export function explainCode(code: string): IssueCode {
  const known = Object.hasOwn(ISSUE_CODES, code) ? ISSUE_CODES[code] : undefined;
  return known ?? error(`${code}.`);
}
