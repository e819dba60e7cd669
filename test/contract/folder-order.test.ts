import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { arrowsUpward, folderArrows, folderCircles } from '../support/project/folder-order.ts';

const services = join(import.meta.dirname, '../../services');

/**
 * Each folder of the domain uses those before it. `run` is the record of a run; what reads the record to decide stands above it,
 * and what tells people of it above that.
 */
const domain = [
  ...[
    'defined',
    'errors',
    'names',
    'benchmark',
    'settings',
    'failure',
    'failure-class',
    'ports',
    'prices',
    'random',
    'statistics',
    'replies',
    'operators',
    'workflow',
    'scoring',
    'sampling',
  ],
  ...[
    'run',
    'sweep',
    'evaluation',
    'picking',
    'search',
    'prompts',
    'comparison',
    'forecast',
    'replay',
    'experiments',
    'routing',
    'report',
    'sweep-report',
  ],
];

/** The same of the coordinator, its single files among them: from what a log says up to what is served of it. */
const coordinator = [
  ...['request-refused-error', 'bell', 'log', 'leases', 'traces', 'results', 'jobs', 'rounds', 'limits', 'waits', 'runs'],
  ...['coordinator', 'control', 'access', 'teams', 'sweeps', 'backup', 'retention', 'scaler', 'webhook'],
  ...['coordinator-metrics', 'control-server', 'main'],
];

const messaging = [
  ...['blob-name', 'errors', 'event-log', 'memory-store', 'references', 'response-store', 'run-lease', 'table-store'],
  ...[
    'talks',
    'trace-headers',
    'bus',
    'talk-channel',
    'pause-run',
    'subjects-and-streams',
    'stream-declarations',
    'waits',
    'table-kinds',
  ],
  ...[
    'in-memory',
    'nats-permissions',
    'session',
    'access',
    'nats-talks',
    'streams',
    'jobs',
    'stores',
    'nats-bus',
    'await-bus',
    'connect-talks',
  ],
];

const models = [
  ...['bare-calls', 'is-worth-keeping', 'model-call', 'errors', 'settings', 'attempt-meter', 'http', 'batch', 'replies'],
  ...['model-endpoint', 'response-key', 'refusals', 'slots', 'endpoint', 'pool', 'journaled-model-client', 'model-client'],
];

const orders: readonly [room: string, order: readonly string[]][] = [
  ['domain', domain],
  ['coordinator', coordinator],
  ['shared/messaging', messaging],
  ['shared/models', models],
];

test.each(orders)('the folders of %s keep their order, types included', (room, order) => {
  expect(arrowsUpward(folderArrows(join(services, room)), order)).toEqual([]);
});

test.each(orders)('docs/architecture.md shows the folders of %s in this order', async (room, order) => {
  const page = await readFile(join(import.meta.dirname, '../../docs/architecture.md'), 'utf8');
  const [, section = ''] = page.split(new RegExp(`^Inside \`${room}\`(?! and)`, 'm'));
  const shown = [...(section.split(/\n## |\nInside `/)[0] ?? '').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  expect(shown).toEqual(order.filter((name) => existsSync(join(services, room, name))));
});

test.each(['domain', 'cli', 'simulator', 'shared', 'coordinator', 'executor', 'predictor'])(
  'no folders of %s go in circles',
  (name) => {
    expect(folderCircles(folderArrows(join(services, name)))).toEqual([]);
  },
);

describe('planted violations', () => {
  test.each([
    [
      'an import upward',
      { 'run/state.ts': "import { plan } from '../search/plan.ts';" },
      ['run/state.ts -> search/plan.ts: run comes before search, and may not import it'],
    ],
    [
      'a type upward',
      { 'run/state.ts': "import type { Plan } from '../search/plan.ts';" },
      ['run/state.ts -> search/plan.ts: run comes before search, and may not import it'],
    ],
    [
      'an import on demand',
      { 'run/deep/state.ts': "const plan = () => import('../../search/plan.ts');" },
      ['run/deep/state.ts -> search/plan.ts: run comes before search, and may not import it'],
    ],
    [
      'an export passed on',
      { 'run/state.ts': "export { plan } from '../search/plan.ts';" },
      ['run/state.ts -> search/plan.ts: run comes before search, and may not import it'],
    ],
    [
      'a file of the package itself',
      { 'benchmark.ts': "import type { State } from './run/state.ts';" },
      ['benchmark.ts -> run/state.ts: benchmark comes before run, and may not import it'],
    ],
    [
      'a folder that nobody has placed',
      { 'elsewhere/state.ts': "import type { State } from '../run/state.ts';" },
      ['elsewhere has no place in the order (elsewhere/state.ts -> run/state.ts)'],
    ],
    ['an import downward, which is fine', { 'search/plan.ts': "import type { State } from '../run/state.ts';" }, []],
  ])('%s', async (_, files, expected) => {
    expect(arrowsUpward(folderArrows(await plant(files)), domain)).toEqual(expected);
  });

  test('a circle of types is found over any number of folders', async () => {
    const folder = await plant({
      'a/one.ts': "import type { Two } from '../b/two.ts';",
      'b/two.ts': "import type { Three } from '../c/three.ts';",
      'c/three.ts': "import type { One } from '../a/other.ts';",
      'd/four.ts': "import type { One } from '../a/one.ts';",
    });
    expect(folderCircles(folderArrows(folder))).toEqual([['a', 'b', 'c']]);
  });
});

async function plant(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-folders-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `${text}\n`);
  }
  return folder;
}
