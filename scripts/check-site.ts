// Looks at a built site: every link and anchor of every page, the index of the search, and that no page asks another host
// for anything.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [, , folder = 'site/dist'] = process.argv;
const base = process.env.SCALE_SITE_BASE ?? '/';
const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]));
const ids = new Map([...texts].map(([page, text]) => [page, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]));

const faults = [...texts].flatMap(([page, text]) => {
  const links = [...text.matchAll(/<a\b[^>]*? href="([^"]*)"/g)].map(([, link = '']) => link);
  const fetched = [...text.matchAll(/<(?:script|link|img)\b[^>]*? (?:src|href)="([^"]*)"/g)].map(([, link = '']) => link);
  const elsewhere = fetched.filter((link) => /^(?:https?:)?\/\//.test(link));
  return [
    ...[...links, ...fetched].filter((link) => leadsNowhere(page, link)).map((link) => `${page}: ${link} leads nowhere`),
    ...elsewhere.map((link) => `${page}: ${link} is on another host`),
  ];
});
if (!readdirSync(join(folder, 'assets'), { recursive: true, encoding: 'utf8' }).some((name) => name.includes('localSearchIndex')))
  faults.push('there is no index of the search');

for (const fault of faults) console.error(fault);
console.log(`${pages.length} pages, ${faults.length} faults: ${folder}`);
process.exitCode = faults.length === 0 ? 0 : 1;

function leadsNowhere(page: string, link: string): boolean {
  if (/^[a-z][a-z+.-]*:|^\/\//i.test(link)) return false;
  const [path = '', anchor = ''] = decodeURI(link).split('#');
  const target = path === '' ? page : path.startsWith(base) ? path.slice(base.length) : join(page, '..', path);
  const file = [target, `${target}.html`, join(target, 'index.html')].find(
    (name) => existsSync(join(folder, name)) && statSync(join(folder, name)).isFile(),
  );
  if (file === undefined) return true;
  return anchor !== '' && ids.has(file) && ids.get(file)?.has(decodeURIComponent(anchor)) !== true;
}
