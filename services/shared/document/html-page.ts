import { simulatedWarning } from './document.ts';
import { type Markup, markup } from './markup.ts';
import { style } from './style.ts';

export interface HtmlPage {
  readonly title: string;
  /** Says so in the title and in a banner. */
  readonly simulated: boolean;
  readonly header: Markup;
  readonly main: Markup;
  readonly footer: string;
}

/** A self-contained page: no network, no script, no font. */
export function htmlPage({ title, simulated, header, main, footer }: HtmlPage): string {
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${simulated ? 'Simulated model: ' : ''}${title} – SCALE</title>
<style>${{ markup: style }}</style>
</head>
<body>
${simulated && markup`<div class="banner" role="alert"><strong>Simulated model: not a result.</strong>${simulatedWarning.replace(/^[^.]*\./, '')}</div>`}
<header>${header}</header>
<main>${main}</main>
<footer>${footer}</footer>
</body>
</html>
`;
  return page.markup;
}
