import { expect, it } from 'vitest';
import { runToDocument } from '../../../../services/cli/report/run-to-document.ts';
import { runSections } from '../../../../services/cli/report/sections/registry.ts';
import type { RunSection } from '../../../../services/cli/report/sections/run-section.ts';
import { writeHtml } from '../../../../services/shared/document/write-html.ts';
import { writeMarkdown } from '../../../../services/shared/document/write-markdown.ts';
import { writeTerminal } from '../../../../services/shared/document/write-terminal.ts';
import { finishedState, reportOf } from './made-up-report.ts';

/** All that a new table takes: this file of its own, and a line in registry.ts, which stands for the list below. */
const dearestRounds: RunSection = ({ rounds }) => ({
  id: 'dearest',
  title: 'The dearest rounds',
  blocks: [
    {
      kind: 'table',
      of: 'round',
      columns: [{ name: 'tokens of it' }, { name: 'edit | made', text: true }],
      rows: rounds
        .toSorted((a, b) => b.tokens - a.tokens)
        .slice(0, 2)
        .map(({ round, tokens }) => ({ name: `${round}`, cells: [{ unit: 'count', value: tokens }, 'a | b\n<b>c</b>'] })),
    },
  ],
});

it('a table of one file and one registry line shows in every form, escaped and aligned', () => {
  const report = reportOf(finishedState());
  const document = runToDocument(report, [...runSections, dearestRounds]);
  const [first] = report.rounds.toSorted((a, b) => b.tokens - a.tokens);
  const tokens = first?.tokens.toLocaleString('en-US');
  const html = writeHtml(document);
  expect(html).toContain('<a href="#dearest">The dearest rounds</a>');
  expect(html).toMatch(/<section id="dearest"[^>]*><h2 id="dearest-heading">The dearest rounds<\/h2>/);
  expect(html).toContain(
    `<tr><th scope="row">${first?.round}</th><td class="number">${tokens}</td><td class="text">a | b\n&#60;b&#62;c&#60;/b&#62;</td></tr>`,
  );
  const markdown = writeMarkdown(document);
  expect(markdown).toContain('## The dearest rounds\n\n| round | tokens of it | edit \\| made |\n| --- | ---: | --- |\n');
  expect(markdown).toContain(`| ${first?.round} | ${tokens} | a \\| b &lt;b\\>c&lt;/b\\> |\n`);
  expect(writeTerminal(document)).toMatch(
    new RegExp(`^The dearest rounds\nround +tokens of it {2}edit \\| made\n${first?.round} +${tokens} {2}a \\| b <b>c</b>$`, 'm'),
  );
  expect(writeHtml(runToDocument(report))).not.toContain('dearest');
});

it('no section or plot has the id of another', () => {
  const ids = JSON.stringify(runToDocument(reportOf(finishedState()))).match(/"id":"[^"]*"/g) ?? [];
  expect(ids.length).toBeGreaterThan(10);
  expect(new Set(ids).size).toBe(ids.length);
});

it('a document is plain values: it can be sent as JSON and written there', () => {
  const document = runToDocument(reportOf(finishedState()));
  const sent = JSON.parse(JSON.stringify(document)) as typeof document;
  for (const write of [writeHtml, writeMarkdown, writeTerminal]) expect(write(sent)).toBe(write(document));
});
