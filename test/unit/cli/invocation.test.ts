import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { commandAsInvoked, inWordsOf } from '../../../services/cli/invocation.ts';

const clone = resolve('clone');
const cases: readonly [
  how: string,
  launcher: string,
  environment: Record<string, string>,
  clone: string | undefined,
  typed: string,
][] = [
  ['the script of a clone', 'clone/scripts/scale', { PATH: '/bin' }, clone, 'clone/scripts/scale'],
  ['the script, from its own folder', './scale', { PATH: '/bin' }, clone, './scale'],
  [
    'the script, from elsewhere or by an alias',
    '/opt/clone/scripts/scale',
    { PATH: '/bin' },
    '/opt/clone',
    '/opt/clone/scripts/scale',
  ],
  ['a folder of PATH', '/usr/local/bin/scale', { PATH: '/bin:/usr/local/bin' }, undefined, 'scale'],
  ['another name in a folder of PATH', '/usr/local/bin/scale-search', { PATH: '/usr/local/bin' }, undefined, 'scale-search'],
  ['npx in a clone', `${clone}/node_modules/.bin/scale`, { PATH: `${clone}/node_modules/.bin` }, clone, 'clone/scripts/scale'],
  ['the wrapper of an image', '/app/dist/services/cli/scale.js', { PATH: '/usr/bin' }, undefined, 'scale'],
  ['npx of a package', '/x/node_modules/.bin/scale', { npm_lifecycle_event: 'npx' }, undefined, 'npx scale-search'],
  [
    'a package of this folder, without npx',
    resolve('node_modules/.bin/scale'),
    { PATH: resolve('node_modules/.bin') },
    undefined,
    'node_modules/.bin/scale',
  ],
  ['a folder with a space', "/o p/it's/scripts/scale", { PATH: '' }, "/o p/it's", `'/o p/it'\\''s/scripts/scale'`],
];

test.each(cases)('%s', (_how, launcher, environment, ofClone, typed) => {
  expect(commandAsInvoked({ launcher, environment, clone: ofClone })).toBe(typed);
});

test('only commands in backticks are put in those words', () => {
  const text = 'start one with `scale run FILE`; a `scale` is none, and `scale-search` neither: scale run';
  expect(inWordsOf("'/a $& b/scale'", text)).toBe(text.replace('`scale run', () => "`'/a $& b/scale' run"));
  expect(inWordsOf('scale', text)).toBe(text);
});
