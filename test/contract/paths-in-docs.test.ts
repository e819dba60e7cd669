import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ownTexts, type Text } from '../support/project/tracked-texts.ts';

const project = join(import.meta.dirname, '../..');

const decisions = readdirSync(join(project, 'docs/decisions'));

/** Paths from the top of the project, wherever a page names one; a star or a word in capitals stands for any name. */
const named = /(?<![\w./-])(?:services|docs|test|proto|scripts|examples|findings)\/[\w./*-]*\w/g;
const linked = /\]\((?![a-z]+:|#)([^)#\s]+)/g;

/** A decision is known by its number. */
function leadsSomewhere(name: string): boolean {
  if (existsSync(join(project, name))) return true;
  const number = /^docs\/decisions\/(\d{4})$/.exec(name)?.[1];
  return number !== undefined && decisions.some((file) => file.startsWith(`${number}-`));
}

function missing({ path, text }: Text): string[] {
  // What a block of an example makes is not there yet; its name stands above it.
  const prose = text.replaceAll(/(?:^`\S+`\n\n)?^```[\s\S]*?^```$/gm, '');
  const paths = [...prose.matchAll(named)].map(([name]) => name).filter((name) => !/\*|[A-Z]{2}/.test(name));
  const links = [...prose.matchAll(linked)].map(([, target]) => join(dirname(path), target ?? ''));
  return [...new Set([...paths, ...links])].filter((name) => !leadsSomewhere(name)).map((name) => `${path}: ${name}`);
}

test('every path and link in a Markdown file leads somewhere', () => {
  const pages = ownTexts().filter(({ path }) => path.endsWith('.md'));
  expect(pages.length).toBeGreaterThan(25);
  expect(pages.flatMap(missing)).toEqual([]);
});

test('every path in a comment leads somewhere', () => {
  const sources = ownTexts().filter(({ path }) => /^(services|proto)\//.test(path) && /\.(ts|proto)$/.test(path));
  const comments = sources.map(({ path, text }) => ({ path, text: [...text.matchAll(/^\s*(?:\/\/|\/?\*).*$/gm)].join('\n') }));
  expect(comments.flatMap(missing)).toEqual([]);
});

test('a path that leads nowhere is found', () => {
  const page = { path: 'docs/page.md', text: 'see `services/domain/no-such.ts`, [this](no-such.md) and services/domain/*.ts' };
  expect(missing(page)).toEqual(['docs/page.md: services/domain/no-such.ts', 'docs/page.md: docs/no-such.md']);
});
