import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { navigation } from '../../site/navigation.ts';
import { headingAnchor, linkTarget, pageAddress } from '../../site/page-address.ts';

const project = join(import.meta.dirname, '../..');
const paths = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'k8s/README.md'],
  ...readdirSync(join(project, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const pages = new Map(paths.map((path) => [path, readFileSync(join(project, path), 'utf8')]));
const anchors = new Map([...pages].map(([path, text]) => [path, anchorsOf(text)]));

/** Headings outside of blocks; a heading that is there twice has a number, as code hosts give it. */
function anchorsOf(page: string): Set<string> {
  const headings = [...withoutBlocks(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => headingAnchor(plain(heading)));
  const seen = new Map<string, number>();
  return new Set(
    headings.map((anchor) => {
      const times = seen.get(anchor) ?? 0;
      seen.set(anchor, times + 1);
      return times === 0 ? anchor : `${anchor}-${times}`;
    }),
  );
}

function withoutBlocks(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** A heading's text without its marks. */
function plain(heading: string): string {
  return heading
    .replaceAll(/`([^`]*)`/g, '$1')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '');
}

function brokenLinks(page: string, text: string): string[] {
  const links = [
    ...withoutBlocks(text)
      .replaceAll(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, link = '']) => link);
  return links.filter((link) => {
    const target = linkTarget(page, link);
    if (target === undefined) return false;
    if (!existsSync(join(project, target.path))) return true;
    return target.anchor !== '' && !(anchors.get(target.path)?.has(target.anchor) ?? false);
  });
}

describe('the pages of the site', () => {
  test('link to what is there, to the heading', () => {
    expect(paths.length).toBeGreaterThan(60);
    const broken = [...pages].flatMap(([path, text]) => brokenLinks(path, text).map((link) => `${path}: ${link}`));
    expect(broken).toEqual([]);
  });

  test('a link to no page and one to no heading are found', () => {
    const text = '[a](no-such.md) [b](cli.md#no-such) [c](#no-such) [d](cli.md#scale-run) [e](https://example.org/#x)';
    expect(brokenLinks('docs/eval.md', text)).toEqual(['no-such.md', 'cli.md#no-such', '#no-such']);
  });

  test('have an address each, and no two the same', () => {
    const addresses = paths.map(pageAddress);
    expect(addresses).not.toContain(undefined);
    expect(new Set(addresses).size).toBe(paths.length);
  });

  test('begin with one heading, and skip no level below it', () => {
    for (const [path, text] of pages) {
      const levels = [...withoutBlocks(text).matchAll(/^(#{1,6}) /gm)].map(([, marks = '']) => marks.length);
      expect(levels[0], path).toBe(1);
      expect(
        levels.filter((level) => level === 1),
        path,
      ).toHaveLength(1);
      for (const [index, level] of levels.slice(1).entries()) {
        expect(level, `${path}, heading ${index + 2}`).toBeLessThanOrEqual((levels[index] ?? 0) + 1);
      }
    }
  });
});

describe('the navigation', () => {
  const entries = navigation.flatMap((group) => group.entries);

  test('leads to each page of docs/, and to every heading that it names', () => {
    const targets = entries.map(({ page }) => linkTarget('README.md', page) ?? { path: page, anchor: '' });
    for (const { path, anchor } of targets) {
      expect(pages.has(path), path).toBe(true);
      if (anchor !== '') expect([...(anchors.get(path) ?? [])], path).toContain(anchor);
    }
    const missing = paths.filter(
      (path) => !path.startsWith('docs/decisions/') && !targets.some((target) => target.path === path),
    );
    expect(missing).toEqual([]);
  });

  test('has a text for each, and none twice', () => {
    expect(new Set(entries.map(({ text }) => text)).size).toBe(entries.length);
  });
});

test('the site is built of pinned packages, from a lock file without addresses', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(project, 'site/package.json'), 'utf8'));
  for (const version of Object.values(devDependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  const { packages } = JSON.parse(readFileSync(join(project, 'site/package-lock.json'), 'utf8')) as {
    packages: Record<string, { readonly resolved?: string }>;
  };
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});
