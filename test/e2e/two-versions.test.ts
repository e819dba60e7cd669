import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { custom } from '../../services/domain/operators/custom.ts';
import { operators } from '../../services/domain/operators/registry.ts';
import { parseWorkflow } from '../../services/domain/workflow/parse-workflow.ts';
import { type RunFile, readRunFile } from '../../services/shared/config/run-file.ts';
import { hashBenchmark } from '../../services/shared/contracts/benchmark-codec.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { operatorRoles } from '../../services/simulator/behaviour/roles.ts';
import { addToRegistry } from '../support/add-to-registry.ts';
import { type KillableCluster, type OtherVersions, startKillableCluster } from '../support/cluster/killable-cluster.ts';

const project = join(import.meta.dirname, '../..');
const never = new AbortController().signal;
/** What a later version has: an operator that this one does not know. */
const later = 'consider';

let copy: string;
let files: readonly RunFile[];
const added: (() => void)[] = [];

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'scale-later-'));
  await cp(join(project, 'services'), join(copy, 'services'), { recursive: true });
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
  const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as object;
  await writeFile(join(copy, 'package.json'), JSON.stringify({ ...manifest, version: '99.0.0' }));
  const folder = join(copy, 'services/domain/operators');
  const operator = `export const ${later}: Operator = { ...custom, name: '${later}' };\n`;
  const imports = "import { custom } from './custom.ts';\nimport type { Operator } from './operator.ts';\n\n";
  await writeFile(join(folder, `${later}.ts`), `${imports}${operator}`);
  const registry = await readFile(join(folder, 'registry.ts'), 'utf8');
  const changed = registry.replace('\n  custom,\n', `\n  custom,\n  ${later},\n`);
  expect(changed).not.toBe(registry);
  await writeFile(join(folder, 'registry.ts'), `import { ${later} } from './${later}.ts';\n${changed}`);

  // The simulated model is in this process, and so is what checks run files.
  added.push(addToRegistry(operators, later, { ...custom, name: later }));
  const role = operatorRoles.get('custom');
  if (role === undefined) throw new Error('there is no role for custom');
  added.push(addToRegistry(operatorRoles, later, role));
  files = await Promise.all([needing(later), needing('custom')]);
});
afterAll(async () => {
  for (const takeOut of added) takeOut();
  await rm(copy, { recursive: true, force: true });
});

/** A search that begins with a workflow of this operator, on a benchmark that allows it. */
async function needing(operator: string): Promise<RunFile> {
  const folder = join(copy, operator);
  await mkdir(folder);
  const path = join(folder, 'run.yaml');
  await writeFile(
    path,
    `name: with ${operator}
seed: 4
benchmark: { name: sample, limit: 30 }
search: { max_rounds: 4, memory: off }
evaluation: { few_shot_ratio: 0.3 }
`,
  );
  const file = await readRunFile(path);
  const benchmark = { ...file.benchmark, operators: [...new Set([...file.benchmark.operators, operator])] };
  const call = { id: 'a', call: operator, with: { input: '{{ query.question }}', prompt: 'Think, then answer.' } };
  const parsed = parseWorkflow({ workflow: 1, steps: [call, { return: '{{ a.response }}' }] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  const { configuration } = file;
  const described = { ...configuration.benchmark, contentHash: hashBenchmark(benchmark) };
  return { ...file, benchmark, configuration: { ...configuration, benchmark: described, initialWorkflow: parsed.workflow } };
}

interface Searched {
  readonly logs: readonly (readonly string[])[];
  /** Executions that each worker has done, of each run. */
  readonly workers: readonly ReadonlyMap<string, number>[];
}

async function search(executors: number, versions: OtherVersions): Promise<Searched> {
  await using cluster = await startKillableCluster(executors, 4, 10, {}, versions);
  const runIds = await Promise.all(files.map((file) => cluster.begin(file)));
  const ended = await Promise.all(runIds.map((runId) => cluster.ended(runId)));
  expect(ended.map(({ status }) => status)).toEqual(runIds.map(() => RunStatus.COMPLETED));
  const logs = await Promise.all(runIds.map((runId) => logOf(cluster, runId)));
  return { logs, workers: await Promise.all(runIds.map((runId) => executionsOf(cluster, runId))) };
}

async function logOf({ bus }: KillableCluster, runId: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
    entries.push(Buffer.from(entry).toString('hex'));
  }
  return entries;
}

async function executionsOf({ bus }: KillableCluster, runId: string): Promise<Map<string, number>> {
  const quiet = AbortSignal.timeout(1_000);
  const counts = new Map<string, number>();
  for await (const { worker, outcome } of bus.results.follow(runId, quiet)) {
    if (outcome?.$case === 'execution') counts.set(worker, (counts.get(worker) ?? 0) + 1);
  }
  return counts;
}

it('executors of two versions side by side end every run with its log: the earlier one leaves alone what it does not know', async () => {
  const alone = await search(2, { all: copy, executorsOfThis: 0 });
  const mixed = await search(1, { all: copy, executorsOfThis: 1 });
  expect(mixed.logs).toEqual(alone.logs);
  const [needsLater, needsNothing] = mixed.workers.map((counts) => [...counts.keys()].filter((name) => name.startsWith('this-')));
  expect(needsLater).toEqual([]);
  expect(needsNothing).toHaveLength(1);
});
