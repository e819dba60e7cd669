import { hostname } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { natsSettings } from '../../shared/config/service-settings/nats-settings.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { untilAborted } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { connectTalks } from '../../shared/messaging/connect-talks.ts';
import { readSecret } from '../../shared/settings/environment.ts';
import { shareRules } from '../../shared/sharing/share-rules.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { version } from '../../shared/telemetry/version.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { addNamed } from '../command-words.ts';
import { readFoundWorkflow } from '../eval/read-found-workflow.ts';
import { lookAtModels } from '../in-process/look-at-models.ts';
import { startModelServers } from '../in-process/model-servers.ts';
import { executorsHere, type OpenExecutor } from '../in-process/workflow-executor.ts';
import { countUpTo } from '../parse-count.ts';
import { parsePort } from '../parse-port.ts';
import { readPolicyFile } from '../route/policy-file.ts';
import { pricesHelp } from '../runs/with-prices.ts';
import { isLoopback } from '../serve/check-access.ts';
import { executorsOfCluster } from '../serve/cluster-executor.ts';
import { createServedRouter } from '../serve/served-router.ts';
import { createServedWorkflow, type ServedWorkflow } from '../serve/served-workflow.ts';
import { routerToServe, type ToServe, whatToServe } from '../serve/what-to-serve.ts';
import { startWorkflowServer } from '../serve/workflow-server.ts';

interface ServeOptions extends ClusterOptions {
  readonly json: boolean;
  readonly run?: string;
  readonly router?: string;
  readonly runFile?: string;
  readonly name?: string;
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly atOnce: number;
  readonly deadline: number;
  readonly drain: number;
  readonly cluster?: string;
  readonly priority: number;
  readonly prices?: string;
}

/** For who cannot show a secret on a command line, where everybody on the machine sees it. */
const tokenVariable = 'SCALE_SERVE_TOKEN';
const heartbeatMs = 5_000;
/** Somebody waits for an answer, and nobody for a single call of a search. */
const usualPriority = 10;

export function addServeCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'serve'))
    .argument('[workflow]', 'the workflow file; or give --run or --router')
    .option('--run <run>', 'serve the best workflow of this run (id, start of an id, or name), with its model and endpoint')
    .option('--router <file>', 'serve a routing policy of `route fit`: a cheap workflow first, dearer ones where needed')
    .option(
      '--run-file <file>',
      'take model and endpoint from a run file; without it and without --run, a simulated model answers',
    )
    .option('--name <text>', "the model's name for clients; default: the run's, or the file's", notEmpty)
    .option('--host <address>', 'where to listen; beyond this machine only with a token', '127.0.0.1')
    .option('--port <n>', '0 for any free port', parsePort, 8080)
    .option('--token <text>', `what clients must show as their API key; ${tokenVariable} keeps it off the command line`, notEmpty)
    .option('--at-once <n>', 'requests answered at the same time; more are refused with the status 429', countUpTo(10_000), 256)
    .option('--deadline <n>', 'seconds that one answer may take', countUpTo(86_400), 300)
    .option('--drain <n>', 'seconds that answers under way have when the server is stopped', countUpTo(86_400), 30)
    .option(
      '--cluster <address>',
      "answer with the executors of the cluster whose NATS is there, such as nats://nats-1:4222, by a service's credentials",
      notEmpty,
    )
    .option('--priority <n>', 'with --cluster: calls of a higher one go first; runs have 0', parsePriority, usualPriority)
    .option('--prices <file>', `with --cluster, for its limits in money: ${pricesHelp}`)
    .option('--json', 'print one JSON document with the address; notices go to stderr', false)
    .action((workflow: string | undefined, options: ServeOptions) =>
      cli.answer(options.json, () => serve(cli, workflow, options)),
    );
}

async function serve(cli: Cli, workflow: string | undefined, options: ServeOptions): Promise<Answer> {
  const { requested } = cli.interrupts;
  const token = options.token ?? readSecret(tokenVariable, cli.environment);
  if (token === undefined && !isLoopback(options.host)) {
    const message = `at ${options.host} others could spend your tokens: set ${tokenVariable} or --token, or listen on 127.0.0.1`;
    throw new CliError('bad-input', message);
  }
  if (options.prices !== undefined && options.cluster === undefined) {
    throw new CliError('bad-input', '--prices is for limits of a cluster in money: name the cluster with --cluster');
  }
  const nats = options.cluster === undefined ? undefined : natsSettings(options.cluster, cli.environment);
  const what = await toServe(cli, workflow, options);
  if (options.cluster === undefined) await look(cli, what);
  const servers = await startModelServers(cli, what);
  const { endpoints, exited } = servers;
  try {
    const stopped = untilAborted(requested);
    const over = exited === undefined ? stopped : Promise.race([stopped, exited]);
    await serveUntil(over, { cli, what: { ...what, endpoints }, options, token, nats });
  } finally {
    await servers.stop();
  }
  if (exited !== undefined && !requested.aborted) throw new CliError('failed', 'the simulated model has ended');
  return { exitCode: exitCodes.ok, document: undefined, text: '' };
}

interface Serving {
  readonly cli: Cli;
  readonly what: ToServe;
  readonly options: ServeOptions;
  readonly token: string | undefined;
  /** Where the executors are found; undefined: this process executes. */
  readonly nats: ReturnType<typeof natsSettings> | undefined;
}

async function serveUntil(over: Promise<unknown>, serving: Serving): Promise<void> {
  const { what } = serving;
  const executors = await executorsOf(serving);
  try {
    const served = 'policy' in what ? createServedRouter(what, executors.open) : createServedWorkflow(what, executors.open);
    await serveWith(served, over, serving);
  } finally {
    await executors.close();
  }
}

async function serveWith(served: ServedWorkflow, over: Promise<unknown>, { cli, what, options, token }: Serving): Promise<void> {
  try {
    const { name, inputs } = what;
    const simulated = what.endpoints.some((endpoint) => endpoint.simulated);
    const server = await startWorkflowServer({
      ...{ served, token, simulated, host: options.host, port: options.port },
      ...{ timing: systemTiming, pauseMs: heartbeatMs, atOnce: options.atOnce, deadlineMs: options.deadline * 1000 },
      defect: (error) => cli.notice(error.stack ?? error.message),
    });
    const document = { url: server.url, model: name, inputs, simulated };
    await cli.writeOut(options.json ? `${JSON.stringify(document, null, 2)}\n` : announcement(document));
    await over;
    await server.stop(AbortSignal.any([cli.interrupts.forced, AbortSignal.timeout(options.drain * 1000)]));
  } finally {
    await served.close();
  }
}

interface Executors {
  readonly open: OpenExecutor;
  close(): Promise<void>;
}

/** This process, or the executors of a cluster. */
async function executorsOf({ cli, what: { name, prices }, options: { priority, deadline }, nats }: Serving): Promise<Executors> {
  if (nats === undefined) return { open: executorsHere(cli.environment), close: async () => undefined };
  const logger = createLogger({ service: 'serve', version, level: 'warn' });
  const id = `serve-${hostname()}-${process.pid}`;
  const client = await connectTalks({ ...nats, role: 'serve', name: id, logger });
  const open = executorsOfCluster({
    ...{ talks: client.talks, party: `serve-${name.replaceAll(/[^\w.-]/g, '-')}`, priority, timeLimitMs: deadline * 1000 },
    ...{ prices, timing: systemTiming, random: Math.random },
  });
  return { open, close: client.close };
}

async function toServe(cli: Cli, workflow: string | undefined, options: ServeOptions): Promise<ToServe> {
  const { run, router } = options;
  if ([workflow, run, router].filter((each) => each !== undefined).length !== 1) {
    const message = 'name what to serve: either a workflow file, or --run RUN for its best workflow, or --router POLICY';
    throw new CliError('bad-input', message);
  }
  if (router !== undefined) return await serveRouter(cli, router, options);
  if (workflow !== undefined) return await whatToServe({ kind: 'file', path: workflow }, options);
  const signal = cli.interrupts.requested;
  return await whatToServe(await withCluster(cli, options, (cluster) => readFoundWorkflow(cluster, run, signal)), options);
}

async function serveRouter(cli: Cli, router: string, options: ServeOptions): Promise<ToServe> {
  const policy = await readPolicyFile(router);
  if (options.cluster !== undefined && policy.queryLevel !== undefined) {
    const message = `${router}: a step of it has a workflow written for each query, which executors do not do; serve it without --cluster`;
    throw new CliError('bad-input', message);
  }
  if (!policy.pays) cli.notice(policy.summary);
  return await routerToServe(policy, options);
}

/** A model that is not up yet may come later; what only a person can mend is said now. */
async function look(cli: Cli, what: ToServe): Promise<void> {
  for (const trouble of await lookAtModels(cli, what))
    cli.notice(`The endpoint of ${what.executor.model} does not answer yet, and is asked again with each request: ${trouble}`);
}

interface Announced {
  readonly url: string;
  readonly model: string;
  readonly inputs: readonly string[];
  readonly simulated: boolean;
}

function announcement({ url, model, inputs, simulated }: Announced): string {
  const [only] = inputs;
  const question = inputs.length === 1 ? `the last message is query.${only}` : `an object "query" holds ${inputs.join(', ')}`;
  const note = simulated ? '\nA SIMULATED model answers: its answers are no results.' : '';
  return `The workflow answers at ${url} as the model "${model}" (${question}); Ctrl-C ends it.${note}\n`;
}

function parsePriority(text: string): number {
  const { low, high } = shareRules.priority;
  const priority = Number(text);
  if (/^-?\d+$/.test(text) && priority >= low && priority <= high) return priority;
  throw new InvalidArgumentError(`it must be a whole number from ${low} to ${high}.`);
}

/** An empty token would let everybody in who shows none. */
function notEmpty(text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new InvalidArgumentError('it must not be empty.');
}
