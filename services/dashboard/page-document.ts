import { createHash } from 'node:crypto';
import type { EmbeddedAnswers } from './api/embedded-answers.ts';
import type { PageBundle } from './build-page.ts';

/** Where the server has the two files that the page is made of. */
export const bundlePaths = { script: '/page.js', style: '/page.css' } as const;

/** What the served page may load and do: its own two files and its own server, and nothing else. */
export const servedPolicy = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", 'img-src data:', "base-uri 'none'"],
  ...["form-action 'self'", "frame-ancestors 'none'"],
].join('; ');

/** The page as a server sends it. */
export function servedPage(): string {
  return html(
    `<link rel="stylesheet" href="${bundlePaths.style}">`,
    `<script type="module" src="${bundlePaths.script}"></script>`,
  );
}

/** The page as one file that needs no server and no network: what it would have asked for stands in it. */
export function pageInOneFile({ script, style }: PageBundle, embedded: EmbeddedAnswers): string {
  // What would end the element inside a string of the program is the same string with a backslash.
  const safeScript = script.replaceAll(/<(?=\/script|!--)/gi, '<\\');
  const policy = `default-src 'none'; script-src '${hashOf(safeScript)}'; style-src '${hashOf(style)}'; img-src data:`;
  const answers = JSON.stringify(embedded).replaceAll('<', '\\u003c');
  return html(
    `<meta http-equiv="Content-Security-Policy" content="${policy}"><style>${style}</style>`,
    `<script type="application/json" id="embedded-answers">${answers}</script><script type="module">${safeScript}</script>`,
  );
}

function html(head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>SCALE</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
<div id="page"></div>
<noscript><p>This page needs JavaScript. Without it, the commands list, show and report say the same.</p></noscript>
${body}
</body>
</html>
`;
}

const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
