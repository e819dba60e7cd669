import { posix } from 'node:path';

/** The address on the site of a page of the project, or undefined for a file that is no page. */
export function pageAddress(path: string): string | undefined {
  if (path === 'README.md') return '/';
  const [, name] = /^(?:docs\/)?((?:decisions\/)?[\w.-]+)\.md$/.exec(path) ?? [];
  if (name !== undefined) return `/${name.toLowerCase()}`;
  return path === 'k8s/README.md' ? '/kubernetes-in-ten-minutes' : undefined;
}

/** Where a link on a page leads, as a path from the top of the project; undefined for one that leaves it. */
export function linkTarget(page: string, link: string): { readonly path: string; readonly anchor: string } | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return undefined;
  const [file = '', anchor = ''] = decodeURI(link).split('#');
  return { path: file === '' ? page : posix.normalize(posix.join(posix.dirname(page), file)).replace(/\/$/, ''), anchor };
}

/** As code hosts make the anchor of a heading, so that a link works there and here. */
export function headingAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}
