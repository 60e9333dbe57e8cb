/** A rendered error: what goes into Content-Type and into the body. */
export interface ErrorBody {
  readonly contentType: string;
  readonly body: string;
}

type Format = 'json' | 'html' | 'xml' | 'plain';

const FORMATS: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'text/html': 'html',
  'application/xml': 'xml',
  'text/plain': 'plain',
  '*/*': 'json',
  'application/*': 'json',
  'text/*': 'plain',
};

/**
 * Renders an error the way Kong does: in the form the client likes best of JSON, HTML, XML and plain text, in
 * `fallback` when it does not say, in JSON when it likes none of them.
 */
export function errorBody(
  message: string,
  requestId: string,
  accept: string | undefined,
  fallback: Format,
): ErrorBody {
  const format = accept === undefined ? fallback : preferred(accept);
  switch (format) {
    case 'json':
      return {
        contentType: 'application/json; charset=utf-8',
        body: `{\n  "message":${JSON.stringify(message)},\n  "request_id":${JSON.stringify(requestId)}\n}`,
      };
    case 'html':
      return { contentType: 'text/html; charset=utf-8', body: htmlPage(message, requestId) };
    case 'xml':
      return {
        contentType: 'application/xml; charset=utf-8',
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<error>\n  <message>${escapeMarkup(message)}</message>\n  <requestid>${requestId}</requestid>\n</error>\n`,
      };
    case 'plain':
      return { contentType: 'text/plain; charset=utf-8', body: `${message}\nrequest_id: ${requestId}\n` };
  }
}

/** The page nginx writes for statuses that Kong does not word itself; some have a sentence below their heading. */
export function statusPage(title: string, heading = title, sentence?: string): string {
  const below = sentence === undefined ? '' : `<center>${sentence}</center>\r\n`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${heading}</h1></center>\r\n${below}</body>\r\n</html>\r\n`;
}

function htmlPage(message: string, requestId: string): string {
  return [
    '<!doctype html>',
    '<html>',
    '  <head>',
    '    <meta charset="utf-8">',
    '    <title>Error</title>',
    '  </head>',
    '  <body>',
    '    <h1>Error</h1>',
    `    <p>${escapeMarkup(message)}.</p>`,
    `    <p>request_id: ${requestId}</p>`,
    '  </body>',
    '</html>',
    '',
  ].join('\n');
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The first of the best-liked media ranges that is one of ours (RFC 9110, 12.5.1). */
function preferred(accept: string): Format {
  let best: Format = 'json';
  let bestQuality = 0;
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const format = FORMATS[type];
    const quality = qualityOf(parameters);
    if (format === undefined || quality <= bestQuality) continue;
    best = format;
    bestQuality = quality;
  }
  return best;
}

function qualityOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return Number.isFinite(quality) ? quality : 0;
}
