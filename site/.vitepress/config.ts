import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DefaultTheme, defineConfig, type MarkdownRenderer, type Plugin } from 'vitepress';
import { navigation } from '../navigation.ts';
import { headingAnchor, linkTarget, pageAddress } from '../page-address.ts';

const project = join(import.meta.dirname, '../..');

/** Where the files are that are no pages, such as https://host/owner/scale/blob/main; without it they are copied or named. */
const source = process.env.SCALE_SITE_SOURCE?.replace(/\/$/, '');

/** Folders of the project without pages. */
const elsewhere = readdirSync(project, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['docs', 'k8s'].includes(entry.name))
  .map(({ name }) => name);

/** The pages, which become modules that import Vue, lie outside this folder, and Vue inside. */
const vueOfThisFolder: Plugin = {
  name: 'vue-of-this-folder',
  enforce: 'pre',
  resolveId(id, _importer, { ssr = false }) {
    if (!/^vue(\/|$)/.test(id)) return null;
    return ssr ? { id, external: true } : this.resolve(id, import.meta.filename, { skipSelf: true });
  },
};

export default defineConfig({
  title: 'SCALE',
  description: 'Searches for good workflows of model calls with a fraction of the tokens.',
  lang: 'en-GB',
  base: process.env.SCALE_SITE_BASE ?? '/',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: '..',
  srcExclude: [...elsewhere.map((folder) => `${folder}/**`), 'k8s/*/**'],
  outDir: process.env.SCALE_SITE_OUT ?? './dist',
  cacheDir: './.vitepress/cache',
  cleanUrls: false,
  lastUpdated: false,
  // Copies of files; scripts/check-site.ts looks whether they are there, as at every link.
  ignoreDeadLinks: [/^\/files\//],
  rewrites: (path: string) => `${(pageAddress(path) ?? `/${path}`).replace(/^\/$/, '/index').slice(1)}.md`,
  vite: {
    publicDir: join(import.meta.dirname, '../public'),
    plugins: [vueOfThisFolder],
    server: { fs: { allow: [project] } },
    // The project's own names a target that this bundler does not know yet.
    esbuild: { tsconfigRaw: {} },
    build: { chunkSizeWarningLimit: 2000 },
  },
  markdown: {
    // A page may show `{{ }}` as it is: none of them is a template.
    config: (markdown) => {
      withProjectLinks(markdown);
      const render = markdown.render.bind(markdown);
      markdown.render = (text, env) => `<div v-pre>${render(text, env)}</div>`;
    },
    anchor: { slugify: headingAnchor },
    toc: { slugify: headingAnchor },
    headers: { slugify: headingAnchor },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Your own benchmark', link: '/benchmarks#a-benchmark-of-your-own' },
      { text: 'Command line', link: '/cli' },
      { text: 'Cluster', link: '/deploying' },
    ],
    sidebar: [...navigation.map(({ text, entries }) => ({ text, items: entries.map(item) })), decisions()],
    outline: { level: [2, 3] },
  },
});

function item({ text, page }: { readonly text: string; readonly page: string }): DefaultTheme.SidebarItem {
  const [path = '', anchor] = page.split('#');
  return { text, link: `${pageAddress(path) ?? path}${anchor === undefined ? '' : `#${anchor}`}` };
}

/** Each by its heading, which begins with its number. */
function decisions(): DefaultTheme.SidebarItem {
  const folder = 'docs/decisions';
  const pages = readdirSync(join(project, folder)).filter((name) => name.endsWith('.md'));
  const items = pages.sort().map((name) => {
    const [, heading = name] = /^# (.+)$/m.exec(readFileSync(join(project, folder, name), 'utf8')) ?? [];
    return item({ text: heading, page: `${folder}/${name}` });
  });
  return { text: 'Decisions', items };
}

/** Links lead from file to file of the project, as a code host wants them; here they lead to the site's pages. */
function withProjectLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('project-links', (state) => {
    const page = String(state.env.path).slice(project.length + 1);
    for (const { children } of state.tokens) {
      let leadsNowhere = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const address = addressOf(page, token.attrGet('href') ?? '');
          leadsNowhere = address === undefined;
          if (address !== undefined) token.attrSet('href', address);
        }
        if (leadsNowhere && token.type.startsWith('link_')) Object.assign(token, { type: 'text', content: '', nesting: 0 });
      }
    }
  });
}

function addressOf(page: string, link: string): string | undefined {
  const target = linkTarget(page, link);
  if (target === undefined) return link;
  const anchor = target.anchor === '' ? '' : `#${target.anchor}`;
  if (target.path === page) return anchor;
  const address = pageAddress(target.path);
  if (address !== undefined) return `${address}${anchor}`;
  if (source !== undefined) return `${source}/${target.path}`;
  // What scripts/site has put there.
  const copy = join(import.meta.dirname, '../public/files', target.path);
  return existsSync(copy) && statSync(copy).isFile() ? `/files/${target.path}` : undefined;
}
