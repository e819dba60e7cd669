import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
const imports = 'lint/style/noRestrictedImports';
const globals = 'lint/style/noRestrictedGlobals';

/** A file that breaks one rule of the house, and the rule that must say so. */
const planted: [path: string, text: string, rule: string][] = [
  ['services/domain/a/imports-node.ts', "import { readFileSync } from 'node:fs';\nreadFileSync('x');", imports],
  ['services/domain/a/imports-library.ts', "import { z } from 'zod';\nz.string();", imports],
  [
    'services/domain/a/imports-shared.ts',
    "import type { Bus } from '../../shared/messaging/bus.ts';\nexport type Own = Bus;",
    imports,
  ],
  ['services/domain/a/imports-cli.ts', "export { run } from '../../cli/run.ts';", imports],
  ['services/domain/a/imports-later.ts', "export const load = () => import('node:fs');", imports],
  ['services/domain/a/imports-on-demand.ts', "export const load = () => import('zod');", imports],
  ['services/domain/reads-date.ts', 'export const now = Date.now();', globals],
  ['services/domain/reads-clock.ts', 'export const now = performance.now();', globals],
  ['services/domain/waits.ts', 'setTimeout(() => {}, 1);', globals],
  ['services/domain/reads-process.ts', 'export const folder = process.cwd();', globals],
  ['services/domain/prints.ts', "console.log('x');", globals],
  ['services/domain/fetches.ts', "export const answer = () => fetch('http://x');", globals],
  ['services/domain/goes-round.ts', 'export const now = globalThis.Date.now();', globals],
  ['services/domain/throws-dice.ts', 'export const draw = () => Math.random();', 'plugin'],
  ['services/domain/hides-dice.ts', 'const dice = Math.random;\nexport const draw = () => dice();', 'plugin'],
  ...[
    'services/coordinator',
    'services/shared/worker',
    'services/shared/control-client',
    'services/shared/messaging/in-memory',
  ].flatMap((place): [path: string, text: string, rule: string][] => {
    const path = (name: string) => `${place}/deep/${name}.ts`;
    return [
      [path('reads-date'), 'export const now = () => Date.now();', globals],
      [path('makes-date'), 'export const now = () => new Date().toISOString();', globals],
      [path('reads-clock'), 'export const now = () => performance.now();', globals],
      [path('waits'), 'export const wait = (wake: () => void) => setTimeout(wake, 1);', globals],
      [path('repeats'), 'export const repeat = (act: () => void) => setInterval(act, 1);', globals],
      [
        path('sleeps'),
        "import { setTimeout as sleep } from 'node:timers/promises';\nexport const nap = () => sleep(1);",
        'plugin',
      ],
      [path('limits'), 'export const limit = () => AbortSignal.timeout(1);', 'plugin'],
    ];
  }),
  [
    'services/cli/listens.ts',
    "export const wait = (signal: AbortSignal, wake: () => void) => signal.addEventListener('abort', wake, { once: true });",
    'plugin',
  ],
  ['services/shared/imports-service.ts', "import { start } from '../executor/start.ts';\nstart();", imports],
  ['services/shared/imports-nats.ts', "import { connect } from 'nats';\nexport const open = connect;", imports],
  ['services/shared/models/imports-nats.ts', "import type { KV } from '@nats-io/kv';\nexport type Own = KV;", imports],
  ['services/shared/messaging/imports-openai.ts', "import { OpenAI } from 'openai';\nexport const own = OpenAI;", imports],
  ['services/shared/messaging/imports-service.ts', "export { run } from '../../cli/run.ts';", imports],
  ['services/shared/imports-undici.ts', "import { Agent } from 'undici';\nexport const own = Agent;", imports],
  ...['coordinator', 'executor', 'predictor', 'cli', 'dashboard', 'library', 'simulator'].flatMap((service, index, all) => {
    const other = all[(index + 1) % all.length];
    return [
      [`services/${service}/imports-service.ts`, `export { main } from '../${other}/main.ts';`, imports],
      [`services/${service}/deep/imports-service.ts`, `export { main } from '../../${other}/main.ts';`, imports],
      [
        `services/${service}/imports-nats.ts`,
        "import { jetstream } from '@nats-io/jetstream';\nexport const own = jetstream;",
        imports,
      ],
    ] as [string, string, string][];
  }),
  ['services/executor/reads-environment.ts', 'export const key = process.env.KEY;', 'lint/style/noProcessEnv'],
  ['services/executor/prints.ts', "console.log('x');", 'lint/suspicious/noConsole'],
  [
    'services/executor/forgets-promise.ts',
    'const work = async () => {};\nexport const run = () => {\n  work();\n};',
    'lint/nursery/noFloatingPromises',
  ],
  [
    'services/executor/one.ts',
    "import { two } from './two.ts';\nexport const one = () => two;",
    'lint/suspicious/noImportCycles',
  ],
  [
    'services/executor/two.ts',
    "import { one } from './one.ts';\nexport const two = () => one;",
    'lint/suspicious/noImportCycles',
  ],
  [
    'services/executor/kind-one.ts',
    "import type { Two } from './kind-two.ts';\nexport interface One {\n  readonly two: Two;\n}",
    'lint/suspicious/noImportCycles',
  ],
  [
    'services/executor/kind-two.ts',
    "import type { One } from './kind-one.ts';\nexport interface Two {\n  readonly one: One;\n}",
    'lint/suspicious/noImportCycles',
  ],
  ['services/executor/any.ts', 'export const own = (value: any) => value;', 'lint/suspicious/noExplicitAny'],
  ['services/executor/asserts.ts', 'export const own = (value?: string) => value!.length;', 'lint/style/noNonNullAssertion'],
  ['services/executor/throws-text.ts', "export const own = () => {\n  throw 'text';\n};", 'lint/style/useThrowOnlyError'],
  ['services/executor/default.ts', 'export default 1;', 'lint/style/noDefaultExport'],
  [
    'services/executor/undeclared.ts',
    "import { map } from 'lodash';\nexport const own = map;",
    'lint/correctness/noUndeclaredDependencies',
  ],
  ['services/executor/unused-import.ts', "import { join } from 'node:path';", 'lint/correctness/noUnusedImports'],
  ['services/executor/unused-variable.ts', 'const unused = 1;', 'lint/correctness/noUnusedVariables'],
  [
    'services/executor/imports-type.ts',
    "import { Agent } from 'node:http';\nexport type Own = Agent;",
    'lint/style/useImportType',
  ],
  [
    'services/executor/imports-bare-node.ts',
    "import { join } from 'path';\nexport const own = join;",
    'lint/style/useNodejsImportProtocol',
  ],
  ['services/executor/notKebab.ts', 'export const own = 1;', 'lint/style/useFilenamingConvention'],
  ['test/unit/skips.test.ts', "import { test } from 'vitest';\ntest.skip('x', () => {});", 'lint/suspicious/noSkippedTests'],
  ['test/unit/focuses.test.ts', "import { test } from 'vitest';\ntest.only('x', () => {});", 'lint/suspicious/noFocusedTests'],
];

/** Files that look like the ones above and break nothing. */
const allowed: [path: string, text: string][] = [
  ['services/domain/a/imports-its-own.ts', "import type { Random } from '../ports.ts';\nexport type Own = Random;"],
  ['services/domain/a/imports-hashes.ts', "import { sha256 } from '@noble/hashes/sha2.js';\nexport const own = sha256;"],
  [
    'services/domain/a/imports-random.ts',
    "import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';\nexport const own = xoroshiro128plus;",
  ],
  ['services/domain/a/imports-cel.ts', "import { run } from '@bufbuild/cel';\nexport const own = run;"],
  ['services/domain/a/imports-yaml.ts', "import { parse } from 'yaml';\nexport const own = parse;"],
  ['services/domain/a/imports-decimals.ts', "import { Decimal } from 'decimal.js';\nexport const own = Decimal;"],
  [
    'services/coordinator/takes-timing.ts',
    "import type { Timing } from '../shared/lifecycle/timing.ts';\nexport const now = (timing: Timing) => timing.wallMs();",
  ],
  ['services/domain/a/computes.ts', 'export const most = Math.max(1, 2);'],
  ['services/shared/messaging/imports-nats.ts', "import { connect } from 'nats';\nexport const open = connect;"],
  ['services/shared/models/imports-openai.ts', "import { OpenAI } from 'openai';\nexport const own = OpenAI;"],
  ['services/shared/settings/reads-environment.ts', 'export const own = process.env;'],
  ['scripts/prints.ts', "console.log('x');"],
  ['test/support/prints.ts', "console.log('x');"],
  ['vitest.config.ts', 'export default {};'],
  ['services/cli/imports-shared.ts', "import type { Bus } from '../shared/messaging/bus.ts';\nexport type Own = Bus;"],
];

let findings: Map<string, Set<string>>;

beforeAll(async () => {
  const copy = await mkdtemp(join(tmpdir(), 'scale-lint-'));
  afterAll(() => rm(copy, { recursive: true, force: true }));
  for (const file of ['biome.json', 'package.json', '.gitignore', 'scripts/lint']) {
    await cp(join(project, file), join(copy, file), { recursive: true });
  }
  for (const [path, text] of [...planted, ...allowed]) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), `${text}\n`);
  }
  findings = await lint(copy);
});

async function lint(folder: string): Promise<Map<string, Set<string>>> {
  const biome = join(project, 'node_modules/.bin/biome');
  const report = await promisify(execFile)(biome, ['lint', '--reporter=json', '--max-diagnostics=none', '.'], {
    cwd: folder,
  }).catch((failure: { stdout: string }) => failure);
  const { diagnostics } = JSON.parse(report.stdout) as {
    diagnostics: { category: string; severity: string; location: { path: string | { file: string } } }[];
  };
  const found = new Map<string, Set<string>>();
  for (const { category, severity, location } of diagnostics) {
    if (severity !== 'error') continue;
    const path = typeof location.path === 'string' ? location.path : location.path.file;
    found.set(path, (found.get(path) ?? new Set()).add(category));
  }
  return found;
}

test.each(planted)('%s is refused', (path, _text, rule) => {
  expect(findings.get(path) ?? new Set()).toContain(rule);
});

test.each(allowed)('%s is allowed', (path) => {
  expect(findings.get(path)).toBeUndefined();
});

test('every folder under services is a room that the rules know', async () => {
  const rooms = (await readdir(join(project, 'services'), { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const known = ['domain', 'shared', 'coordinator', 'executor', 'predictor', 'cli', 'dashboard', 'library', 'simulator'];
  expect(known).toEqual(expect.arrayContaining(rooms.map(({ name }) => name)));
});
