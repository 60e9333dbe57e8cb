/** Rows of a recording that this gateway answers differently from Kong on purpose. */
export interface Difference {
  /** The recording's name, as in test/fixtures/conformance. */
  readonly recording: string;
  /** The scenario, where the recording has several; all of them when absent. */
  readonly scenario?: string | RegExp;
  /** The row. */
  readonly what: string | RegExp;
  /** Our status; 0 for a connection that is closed without an answer. */
  readonly ours: number;
  readonly reason: string;
}

/** Scenarios that are not played, because what they are about does not exist here. */
export interface Skipped {
  readonly recording: string;
  readonly scenario: RegExp;
  readonly reason: string;
}

/** A difference for this reason must vanish when the file is written the other way round. */
export const TIE =
  'two routes match with the same priority: Kong leaves the order open, ours is that of the file';

const CASE = 'hosts compare without case (RFC 9110, 4.2.3)';
const DOT = 'a trailing dot does not make another host';
const AUTHORITY =
  'the authority of an absolute-form target stands above Host, for routing too (RFC 9112, 3.2.2)';
const MALFORMED = 'a malformed request line or header is a 400';
const RAW_BYTES = 'a target holds no 8-bit bytes (RFC 3986, 2.1): 400 instead of 404';
const NOT_BUILT = 'the setting or header is not built yet';

const ROUTER = 'router.json';
const ANSWERS = 'proxy-answers.json';
const HOSTS = 'data-plane/09-hosts-and-paths.json';
const PORTS = /^hosts with ports/;
const TARGETS = /^request targets/;

/** Every deliberate difference. A row on this list must differ, and must answer `ours`. */
export const DIFFERENCES: readonly Difference[] = [
  { recording: ROUTER, scenario: 'config 52', what: /^exchange (0|13)$/, ours: 426, reason: TIE },
  { recording: ROUTER, scenario: 'config 87', what: 'exchange 12', ours: 200, reason: TIE },
  { recording: ROUTER, scenario: 'config 104', what: /^exchange (10|21)$/, ours: 308, reason: TIE },
  { recording: ROUTER, scenario: 'config 138', what: /^exchange (4|10)$/, ours: 200, reason: TIE },

  {
    recording: ANSWERS,
    what: 'upstream answers no HTTP',
    ours: 502,
    reason: 'what is no HTTP is never passed on as an answer of HTTP/0.9',
  },

  { recording: HOSTS, scenario: PORTS, what: /^Host: a\.test(:38000)?$/, ours: 200, reason: TIE },
  { recording: HOSTS, scenario: PORTS, what: /^Host: (y\.)?x\.a\.test:0?1$/, ours: 200, reason: TIE },
  { recording: HOSTS, scenario: PORTS, what: /^Host: A\.T(EST|est:38000)$/, ours: 200, reason: CASE },
  { recording: HOSTS, scenario: PORTS, what: /^Host: a\.test\.(:38000)?$/, ours: 200, reason: DOT },
  { recording: HOSTS, scenario: PORTS, what: 'Host: b.', ours: 404, reason: DOT },
  {
    recording: HOSTS,
    scenario: PORTS,
    what: /^Host: (\ta\.test|a\.test\t)$/,
    ours: 200,
    reason: 'a tab around a value is no part of it (RFC 9110, 5.5)',
  },
  { recording: HOSTS, scenario: /^route host "A.Test"/, what: /^Host: a\.test\.?$/, ours: 200, reason: CASE },
  {
    recording: HOSTS,
    scenario: /^route host "\*\."/,
    what: /^Host: (\*|a\.test)\.$/,
    ours: 404,
    reason: DOT,
  },

  {
    recording: HOSTS,
    scenario: TARGETS,
    what: /^target "[a-z]+:\/\/a\.test(:\d+)?(\/x)?(\?\S+)?"$/i,
    ours: 200,
    reason: AUTHORITY,
  },
  {
    recording: HOSTS,
    scenario: TARGETS,
    what: 'target http://zzz/x, Host a.test',
    ours: 404,
    reason: AUTHORITY,
  },
  {
    recording: HOSTS,
    scenario: TARGETS,
    what: 'target http://zzz/only, Host a.test',
    ours: 200,
    reason: AUTHORITY,
  },
  {
    recording: HOSTS,
    scenario: TARGETS,
    what: 'GET http://a.test/x HTTP/1.0 Host null',
    ours: 200,
    reason: AUTHORITY,
  },
  { recording: HOSTS, scenario: TARGETS, what: /^target "\/(only\/)?[éÿ]"$/, ours: 400, reason: RAW_BYTES },
  { recording: HOSTS, scenario: /^encoded slashes/, what: /^path \/[éü]$/, ours: 400, reason: RAW_BYTES },
  {
    recording: HOSTS,
    scenario: TARGETS,
    what: 'GET /only HTTP/1.2 Host zzz',
    ours: 200,
    reason: 'Via names the version that is spoken here, 1.1 (RFC 9110, 7.6.3); Kong names none',
  },
  {
    recording: HOSTS,
    scenario: TARGETS,
    what: 'GET /only HTTP/1.10 Host zzz',
    ours: 400,
    reason: 'a version has one digit behind its dot (RFC 9112, 2.3)',
  },
  {
    recording: HOSTS,
    scenario: TARGETS,
    what: 'GET /only  Host null',
    ours: 400,
    reason: 'HTTP/0.9 is not spoken',
  },
  {
    recording: HOSTS,
    scenario: TARGETS,
    what: 'bare LF',
    ours: 400,
    reason: 'lines end with CRLF only, which RFC 9112, 2.2 leaves open',
  },
  { recording: HOSTS, scenario: TARGETS, what: 'header without colon', ours: 400, reason: MALFORMED },
  { recording: HOSTS, scenario: TARGETS, what: 'header with control byte', ours: 400, reason: MALFORMED },
];

/** Every scenario that is not played. */
export const SKIPPED: readonly Skipped[] = [
  { recording: HOSTS, scenario: /, traditional$/, reason: "recorded with another flavour of Kong's router" },
  { recording: HOSTS, scenario: /^X-Kong-Request-Debug$/, reason: NOT_BUILT },
  { recording: HOSTS, scenario: /^headers(_upstream)? = /, reason: NOT_BUILT },
];
