import { describe, expect, it } from 'vitest';
import type { Block, Document } from '../../../../services/shared/document/document.ts';
import type { Figure } from '../../../../services/shared/document/figure.ts';
import type { Plot } from '../../../../services/shared/document/plot.ts';
import { writeHtml } from '../../../../services/shared/document/write-html.ts';
import { writeMarkdown } from '../../../../services/shared/document/write-markdown.ts';
import { writeTerminal } from '../../../../services/shared/document/write-terminal.ts';

/** Breaks a cell, a block, a tag, an attribute or a terminal, wherever it is let through. */
const hostile = 'x"><script>1</script> | a\n| b ``` <!-- \u001b[2J\u0007 & *';
const figure: Figure = { unit: 'percent', value: 50, low: 40, high: 60 };

const plots: Readonly<Record<Plot['kind'], Plot>> = {
  marks: {
    ...{ kind: 'marks', id: 'p-marks', title: hostile, description: hostile, caption: hostile, size: 'wide' },
    across: { label: hostile, unit: 'tokens', domain: [0, 2_000_000] },
    up: { label: hostile, unit: 'score', domain: [0, 1] },
    series: [{ name: hostile, mark: 'star', joined: true, points: [{ across: 5, up: 0.5, title: hostile, label: hostile }] }],
    ...{ steps: [{ across: 5, up: 0.5 }], diagonal: true },
    ribbon: [{ phase: 'canary', from: 0, amount: 7, title: hostile }],
  },
  bars: {
    ...{ kind: 'bars', id: 'p-bars', title: hostile },
    rows: [
      { name: hostile, label: hostile, parts: [{ phase: 'test', amount: 3, title: hostile }] },
      { name: hostile, label: hostile, parts: { amount: 5, title: hostile } },
    ],
  },
  intervals: { kind: 'intervals', id: 'p-intervals', title: hostile, fromZero: true, rows: [{ name: hostile, figure }] },
  curves: {
    ...{ kind: 'curves', id: 'p-curves', title: hostile, across: hostile, up: hostile, unit: 'percent' },
    series: [{ name: hostile, points: [{ at: 1, figure }] }],
  },
  tree: {
    ...{ kind: 'tree', id: 'p-tree', title: hostile },
    nodes: [
      { id: 1, name: hostile, figure: hostile, note: hostile, title: hostile, share: 0, onLine: true },
      {
        id: 2,
        parent: 1,
        name: hostile,
        figure: hostile,
        note: hostile,
        title: hostile,
        mark: 'other',
        best: true,
        onLine: true,
      },
    ],
  },
  matrix: {
    ...{ kind: 'matrix', id: 'p-matrix', title: hostile, note: hostile },
    columns: [hostile, hostile],
    rows: [{ name: hostile, cells: ['partial', 'none'] }],
  },
  workflow: {
    ...{ kind: 'workflow', id: 'p-workflow', title: hostile },
    workflow: { name: hostile, description: hostile, prompts: {}, steps: [{ kind: 'return', value: hostile }] },
  },
};

const blocks: readonly Block[] = [
  { kind: 'text', text: `seen: ${hostile}` },
  {
    kind: 'facts',
    facts: [
      { label: hostile, text: hostile },
      { label: hostile, text: hostile, figure: hostile },
    ],
  },
  { kind: 'list', items: [hostile, hostile] },
  {
    ...{ kind: 'table', title: hostile, of: hostile },
    columns: [{ name: hostile }, { name: hostile, text: true }, { name: hostile, text: true }],
    rows: [
      { name: hostile, cells: [figure, hostile, [hostile, hostile]] },
      { name: 'none', cells: [undefined, null, []], total: true },
    ],
  },
  { kind: 'listing', language: 'yaml', text: hostile, folded: hostile },
  { kind: 'beside', blocks: [plots.workflow, { kind: 'text', text: hostile }] },
  ...Object.values(plots).filter(({ kind }) => kind !== 'workflow'),
];

const document: Document = {
  ...{ name: 'report', title: hostile, simulated: false },
  header: [{ kind: 'list', label: 'Note', items: ['first', hostile] }],
  sections: [{ id: 'all', title: hostile, blocks }],
};

describe('every kind of block and plot', () => {
  it('is drawn on the page, and nothing that a text holds is more than text there', () => {
    const html = writeHtml(document);
    for (const { id } of Object.values(plots)) expect(html).toContain(`<title id="${id}-title">`);
    expect(html).not.toMatch(/<script|<!--|NaN|undefined|Infinity/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: HTML allows none of these
    expect(html).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    const body = html.replace(/<!doctype html>/, '').replace(/<style>[\s\S]*?<\/style>/, '');
    const tags = body.match(/<\/?[a-zA-Z][a-zA-Z0-9]*(?: [a-zA-Z0-9:-]+="[^"<>]*")*\/?>/g) ?? [];
    expect(tags.length).toBe(body.match(/[<]/g)?.length);
  });

  it('keeps its place in Markdown: a cell is a cell, a line a line, and a fence outlasts what it holds', () => {
    const markdown = writeMarkdown(document);
    const fence = `\`\`\`\`yaml\n${hostile}\n\`\`\`\``;
    expect(markdown).toContain(fence);
    const others = markdown.replace(fence, '');
    const table = others.split('\n').filter((line) => line.startsWith('| '));
    expect(table).toHaveLength(4);
    for (const line of table) expect(line.match(/(?<!\\)\|/g)).toHaveLength(5);
    expect(others).not.toMatch(/^\| b/m);
    expect(others).not.toMatch(/<(?!br>)/);
  });

  it('is one line or aligned on a terminal, where no control character arrives, and lists of the header come last', () => {
    const text = writeTerminal(document);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text.split('\n').at(-2)).toBe('Note: first');
    expect(text).toMatch(/^none +–/m);
  });

  it('may be empty', () => {
    const empty: Document = {
      ...{ name: 'report', title: 'empty', simulated: false, header: [] },
      sections: [
        {
          id: 'all',
          title: 'All',
          blocks: [
            { kind: 'facts', facts: [] },
            { kind: 'list', items: [] },
            { kind: 'table', of: '', columns: [], rows: [] },
            { kind: 'beside', blocks: [] },
            { kind: 'tree', id: 'tree', title: 'tree', nodes: [] },
            { kind: 'curves', id: 'curves', title: 'curves', across: '', up: '', unit: 'number', series: [] },
            { kind: 'intervals', id: 'intervals', title: 'intervals', rows: [] },
          ],
        },
      ],
    };
    for (const write of [writeHtml, writeMarkdown, writeTerminal]) expect(write(empty)).not.toMatch(/NaN|undefined|Infinity/);
    expect(writeHtml(empty)).not.toContain('<svg');
  });
});
