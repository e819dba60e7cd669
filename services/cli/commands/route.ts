import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { defined } from '../../domain/defined.ts';
import { defaultRouteSettings } from '../../domain/routing/fit-route.ts';
import { scorerIn } from '../../domain/scoring/own-scorer.ts';
import { loadBenchmark } from '../../shared/benchmarks/load-benchmark.ts';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import { dataFolderOf } from '../../shared/config/data-folder.ts';
import { sandboxSettings } from '../../shared/config/service-settings/service-settings.ts';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { writeDocument } from '../../shared/document/write-document.ts';
import { writeTerminal } from '../../shared/document/write-terminal.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { createLazySandbox } from '../../shared/sandbox/lazy-sandbox.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import { inDataFolder } from '../cluster/data-folder-error.ts';
import { addNamed } from '../command-words.ts';
import { lookAtModels } from '../in-process/look-at-models.ts';
import { startModelServers } from '../in-process/model-servers.ts';
import { executorsHere } from '../in-process/workflow-executor.ts';
import { countUpTo } from '../parse-count.ts';
import { sayWhileWaiting } from '../progress/say-while-waiting.ts';
import { tellTenths } from '../progress/tell-tenths.ts';
import { createPolicyAnswerer } from '../route/answer-by-policy.ts';
import { describePolicyEvaluation } from '../route/describe-route.ts';
import { evaluatePolicy } from '../route/evaluate-policy.ts';
import { fitPolicy } from '../route/fit-policy.ts';
import { readPolicyFile } from '../route/policy-file.ts';
import { routeToDocument } from '../route/route-to-document.ts';
import { routerToServe } from '../serve/what-to-serve.ts';
import { shortPath } from '../short-path.ts';

interface EvalOptions {
  readonly json: boolean;
  readonly split: string;
  readonly benchmark?: string;
  readonly runFile?: string;
  readonly limit?: number;
  readonly seed: number;
  readonly atOnce: number;
  readonly deadline: number;
  readonly out?: string;
}

interface FitOptions extends ClusterOptions {
  readonly json: boolean;
  readonly html: boolean;
  readonly with: readonly string[];
  readonly queryLevel?: string;
  readonly verify: boolean;
  readonly out?: string;
  readonly cost: 'tokens' | 'money';
  readonly workflows: number;
  readonly margin: number;
  readonly share: number;
  readonly folds: number;
  readonly seed: number;
}

export function addRouteCommand(program: Command, cli: Cli): void {
  const route = addNamed(program, 'route');
  const { workflows, margin, share, folds, seed } = defaultRouteSettings;
  addClusterOptions(
    route
      .command('fit', { isDefault: true })
      .description('fit a routing policy on what a run has executed, and say whether it pays'),
  )
    .argument('[run]', 'id, start of an id, or name; default: the newest run')
    .option('--with <runs...>', 'take the executions of these runs too: evaluations on the same queries', [])
    .option('--query-level <run>', 'a run with a workflow for each of the same queries: try writing one as the last step')
    .option('--verify', "try a verifier: ask the run's model to review the answers, which spends tokens", false)
    .option('--out <file>', "where the policy goes; default: router.json in the run's folder under --data-dir")
    .option('--html', 'write the report as a page and as Markdown beside the policy', false)
    .option('--cost <unit>', 'what is saved: tokens, or money by the prices that the run has', costUnit, 'tokens')
    .option('--workflows <n>', 'most workflows that routes are made of', countUpTo(12), workflows)
    .option(
      '--margin <points>',
      'points of score that a route may lose, by the lower bound, and still pay',
      pointsOf,
      100 * margin,
    )
    .option('--share <share>', "what a route may cost of the best workflow's cost, and still pay", shareOf, share)
    .option('--folds <n>', 'parts of the cross-validations', foldCount, folds)
    .option('--seed <n>', 'of the parts that queries are dealt into', countUpTo(Number.MAX_SAFE_INTEGER), seed)
    .option('--json', 'print one JSON document with the policy', false)
    .action((run: string | undefined, options: FitOptions) => cli.answer(options.json, () => fitRun(cli, run, options)));
  addRouteEvalCommand(route, cli);
}

function addRouteEvalCommand(route: Command, cli: Cli): void {
  route
    .command('eval')
    .description('answer a split by a routing policy, in one process, and write a record of each query')
    .argument('<file>', 'the policy, router.json of `route fit`')
    .option('--split <name>', 'the part of the benchmark to answer', 'test')
    .option('--benchmark <name>', "a benchmark, or a benchmark file; default: the one that the policy's run was on")
    .option('--limit <n>', 'only the first n queries', countUpTo(1_000_000))
    .option('--run-file <file>', "take model and endpoint from a run file; default: those of the policy's run")
    .option('--seed <n>', 'seed for what is random in an execution', countUpTo(Number.MAX_SAFE_INTEGER), 1)
    .option('--at-once <n>', 'queries answered at the same time', countUpTo(10_000), 16)
    .option('--deadline <n>', 'seconds that one answer may take; then the command ends', countUpTo(86_400), 600)
    .option('--out <file>', 'where the records go; default: beside the policy, named for the split')
    .option('--json', 'print one JSON document; progress goes to stderr', false)
    .action((file: string, options: EvalOptions) => cli.answer(options.json, () => evaluateFile(cli, file, options)));
}

async function evaluateFile(cli: Cli, file: string, options: EvalOptions): Promise<Answer> {
  const { split, limit, seed, atOnce, deadline } = options;
  const policy = await readPolicyFile(file);
  const what = await routerToServe(policy, options);
  const folder = dataFolderOf(cli.environment);
  const { scorer } = policy.run;
  const name = options.benchmark ?? builtInOf(policy.run.benchmark, file);
  const benchmark = await loadBenchmark({ name, split, limit, scorer, folder });
  if (scorerIn(benchmark, benchmark.scorer).needs === 'model') {
    throw new CliError('bad-input', `the scorer ${benchmark.scorer} asks a model, and \`route eval\` asks none but the policy's`);
  }
  const benchmarkFiles = [...what.benchmarkFiles, ...(benchmark.file === undefined ? [] : [benchmark.file])];
  const [trouble] = await lookAtModels(cli, what);
  if (trouble !== undefined)
    throw new CliError('unreachable', `the endpoint of ${what.executor.model} does not answer: ${trouble}`);
  const servers = await startModelServers(cli, { endpoints: what.endpoints, benchmarkFiles });
  const code = createLazySandbox({ ...sandboxSettings(cli.environment), environment: cli.environment });
  const answerer = createPolicyAnswerer(policy, { ...what, endpoints: servers.endpoints }, executorsHere(cli.environment));
  try {
    const total = benchmark.queries.length;
    const tellTenth = tellTenths(cli.notice, total, (done) => `answered ${done} of ${total} queries`);
    let answered = 0;
    const evaluating = evaluatePolicy({
      ...{ answerer, benchmark, code, seed, atOnce, deadlineMs: deadline * 1_000, timing: systemTiming },
      signal: cli.interrupts.requested,
      onProgress: (done) => {
        answered = done;
        tellTenth(done);
      },
    });
    const evaluated = await sayWhileWaiting(
      cli.notice,
      () => ({ what: `${answered} of ${total} queries are answered`, until: `an answer may take ${deadline} s` }),
      evaluating,
    );
    const records = resolve(options.out ?? join(dirname(file), `router-${split}.jsonl`));
    await replaceFile(records, evaluated.records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    const { records: _, ...figures } = evaluated;
    return {
      exitCode: exitCodes.ok,
      document: {
        policy: resolve(file),
        pays: policy.pays,
        summary: policy.summary,
        benchmark: benchmark.name,
        split,
        ...figures,
        records,
      },
      text: describePolicyEvaluation(evaluated, `${benchmark.name}, ${split}`, shortPath(records)),
    };
  } finally {
    await Promise.all([answerer.close(), code.close()]);
    await servers.stop();
  }
}

/** A policy knows the name alone of a benchmark of somebody's own. @throws CliError */
function builtInOf(name: string, policy: string): string {
  if (benchmarkDefinitions.has(name)) return name;
  const message = `${policy} is of a run on "${name}", a benchmark of your own: give its file with --benchmark`;
  throw new CliError('bad-input', message);
}

async function fitRun(cli: Cli, run: string | undefined, options: FitOptions): Promise<Answer> {
  const { workflows, share, folds, seed, cost } = options;
  const settings = { ...defaultRouteSettings, workflows, share, folds, seed, margin: options.margin / 100 };
  const { verify, queryLevel } = options;
  const choices = { run, with: options.with, ...defined({ queryLevel }), verify, cost, settings };
  const fitted = await withCluster(cli, options, (cluster) => fitPolicy(cli, cluster, choices));
  const { runId, policy, report, facts } = fitted;
  const document = routeToDocument(report, facts);
  const data = dataFolderAt(options.dataDir);
  const file = resolve(options.out ?? join(data.runs, runId, 'router.json'));
  const write = async (): Promise<object> => {
    await mkdir(dirname(file), { recursive: true });
    await replaceFile(file, `${JSON.stringify(policy)}\n`);
    return { policy: file, ...(options.html ? await writeDocument(dirname(file), document, report) : {}) };
  };
  const files = options.out === undefined ? await inDataFolder(data, write) : await write();
  const { verdict } = report;
  const page = options.html ? `\nReport: ${shortPath(join(dirname(file), 'route.html'))}` : '';
  return {
    exitCode: exitCodes.ok,
    document: { runId, pays: verdict.pays, summary: policy.summary, verdict, files, policy },
    text: `${writeTerminal(document)}\n\nPolicy: ${shortPath(file)}${page}\n${policy.summary}`,
  };
}

function costUnit(text: string): 'tokens' | 'money' {
  if (text === 'tokens' || text === 'money') return text;
  throw new InvalidArgumentError('it must be tokens or money.');
}

function pointsOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('it must be points, from 0 to 100.');
}

function shareOf(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('it must be above 0 and at most 1.');
}

function foldCount(text: string): number {
  const count = countUpTo(20)(text);
  if (count >= 2) return count;
  throw new InvalidArgumentError('it must be 2 or more.');
}
