import type { ModelSettings } from '../../domain/run/configuration.ts';
import { isEvaluation } from '../../domain/run/run-kind.ts';
import type { RunEndpoint } from '../../shared/config/endpoints/run-endpoints.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../shared/models/endpoint/openai-endpoint.ts';
import { type EndpointLook, lookAtEndpoint } from '../../shared/models/pool/look-at-endpoint.ts';
import { clusterBaseUrl, endpointSettings } from '../../shared/models/settings/endpoint-settings.ts';
import { proxySettings } from '../../shared/models/settings/proxy-settings.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { RunView } from '../progress/run-view.ts';
import { createPreflightMeter, type PreflightMeter } from './preflight-meter.ts';
import { tellUnreachable } from './tell-unreachable.ts';

/** Looks at the endpoints of runs from this machine, before anything begins. */
export interface EndpointCheck {
  /**
   * Each endpoint with each of the settings that the run asks with: once for all runs that share them.
   * @throws CliError for one that a person has to fix, or that is unreachable; the interrupt
   */
  before(file: RunFile, view: Pick<RunView, 'notice' | 'waiting'>): Promise<void>;
  /** The same once more, for endpoints that were good before. */
  again(file: RunFile, view: Pick<RunView, 'notice' | 'waiting'>): Promise<void>;
  readonly spent: PreflightMeter['note'];
}

/** One endpoint, as one role of a run asks it. */
export interface AskedEndpoint {
  readonly endpoint: RunEndpoint;
  readonly settings: ModelSettings;
}

export const waitForEndpointsHelp = 'wait for endpoints that are unreachable or refuse to answer, instead of giving up';

/** An endpoint that refuses does so at once. A model that is being loaded can go on loading while the run begins. */
const patienceMs = 10_000;
const tries = 3;
const pauseMs = 1_000;
/** Between two looks at an endpoint that is waited for. */
const waitMs = 3_000;
const tickMs = 1_000;

/** @param waits keep looking until all endpoints are good, and keep saying so, instead of giving up */
export function createEndpointCheck(cli: Cli, { waits }: { readonly waits: boolean }): EndpointCheck {
  const meter = createPreflightMeter();
  const known = new Map<string, Promise<void>>();
  const signal = cli.interrupts.requested;
  const lookAt = (asked: AskedEndpoint): Promise<EndpointLook | undefined> => lookWithin(asked, cli, meter, signal);

  const check = async (asked: AskedEndpoint, view: Pick<RunView, 'notice' | 'waiting'>): Promise<void> => {
    const since = systemTiming.monotonicMs();
    for (let look = 1; ; look += 1) {
      const found = await lookAt(asked);
      if (found === undefined) {
        view.notice(
          `${asked.endpoint.baseUrl} has not answered a small call within ${patienceMs / 1_000} s; continuing without its answer.`,
        );
        return;
      }
      const trouble = troubleOf(found);
      if (trouble === undefined) {
        view.waiting(undefined);
        return;
      }
      if (!waits && (found.kind === 'needs-person' || look >= tries)) throw refusalOf(found.kind, trouble);
      if (waits) await tellFor(waitMs, () => view.waiting(waitFor(asked, trouble, systemTiming.monotonicMs() - since)));
      else await pause(systemTiming, pauseMs, signal);
      signal.throwIfAborted();
    }
  };
  const tellFor = async (durationMs: number, tell: () => void): Promise<void> => {
    for (let passed = 0; passed < durationMs && !signal.aborted; passed += tickMs) {
      tell();
      await pause(systemTiming, tickMs, signal);
    }
  };
  const before: EndpointCheck['before'] = async (file, view) => {
    const told = new Set<string>();
    const checks = askedEndpoints(file).map((asked) => {
      const key = JSON.stringify(asked);
      // Two roles that ask the same model at the same place wait for the same thing, which is said once.
      const place = JSON.stringify([asked.endpoint.baseUrl, asked.endpoint.model]);
      const checked = known.get(key) ?? check(asked, told.has(place) ? { ...view, waiting: () => undefined } : view);
      told.add(place);
      known.set(key, checked);
      return checked;
    });
    const outcomes = await Promise.allSettled(checks);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    if (failures.length > 0) throw allOf(failures);
  };
  return {
    before: (file, view) => (file.cache === undefined ? before(file, view) : tellUnreachable(file, view, cli, signal)),
    again: (file, view) => {
      known.clear();
      return before(file, view);
    },
    spent: meter.note,
  };
}

/** Whom a run asks, and how. The simulated model accepts everything; the cluster's own endpoints are known to its workers. */
export function askedEndpoints({ configuration, endpoints }: RunFile): AskedEndpoint[] {
  const { executor, optimizer } = configuration;
  const roles = isEvaluation(configuration) ? [executor] : [executor, optimizer];
  return endpoints
    .filter(({ simulated, baseUrl }) => !simulated && baseUrl !== clusterBaseUrl)
    .flatMap((endpoint) => {
      const asking = roles.filter(({ model }) => model === endpoint.model);
      const isOnlyOptimizers = endpoint.model === optimizer.model;
      // A judge asks as greedily as it can.
      const temperature = executor.temperature === null ? null : 0;
      const topP = executor.topP === null ? null : 1;
      const judge = { ...executor, model: endpoint.model, temperature, topP, chatTemplateKwargs: {} };
      const all = asking.length > 0 || isOnlyOptimizers ? asking : [judge];
      return all.map((settings) => ({ endpoint, settings }));
    });
}

/**
 * @returns undefined if it has neither answered nor refused within `patienceMs`; the look itself continues for as long as it
 * takes
 */
export async function lookWithin(
  { endpoint, settings }: AskedEndpoint,
  { environment }: Pick<Cli, 'environment'>,
  meter: PreflightMeter,
  signal: AbortSignal,
): Promise<EndpointLook | undefined> {
  const { model, temperature, topP, maxTokens, chatTemplateKwargs, sendSeed } = settings;
  const asked = { model, temperature, topP, maxTokens, chatTemplateKwargs, seed: sendSeed ? 1 : undefined, meter };
  const client = createOpenAiEndpoint(endpointSettings(endpoint, environment), systemTiming, proxySettings(environment));
  const look = lookAtEndpoint(client, asked, signal);
  const closed = look.then(
    () => client.close(),
    () => client.close(),
  );
  closed.catch(() => undefined);
  const enough = new AbortController();
  const patience = pause(systemTiming, patienceMs, enough.signal);
  try {
    return await Promise.race([look, patience.then(() => undefined)]);
  } finally {
    enough.abort();
  }
}

/** What keeps a run from beginning. A busy endpoint does not: it will have time later. */
export function troubleOf(look: EndpointLook): string | undefined {
  if (look.kind === 'answers') return undefined;
  return look.kind === 'needs-person' || look.error.problem === 'unavailable' ? look.error.message : undefined;
}

/** Without the model's name: one server that is away is told once, however many models it has. */
function refusalOf(kind: EndpointLook['kind'], trouble: string): CliError {
  if (kind === 'needs-person') return new CliError('needs-person', trouble);
  const hint = 'start it, or let the command wait for it with --wait-for-endpoints';
  return new CliError('unreachable', `the endpoint is not reachable: ${trouble}; ${hint}`);
}

/** One sentence for each endpoint; if a person has to fix one of them, that decides the kind. */
function allOf(failures: readonly unknown[]): unknown {
  const other = failures.find((failure) => !(failure instanceof CliError));
  if (other !== undefined) return other;
  const errors = failures.filter((failure) => failure instanceof CliError);
  const kind = errors.some((error) => error.kind === 'needs-person') ? 'needs-person' : 'unreachable';
  const sentences = [...new Set(errors.map(({ message }) => (/[.?!]$/.test(message) ? message : `${message}.`)))];
  return new CliError(kind, [...sentences, 'Nothing was started or scored.'].join(' '));
}

function waitFor({ endpoint }: AskedEndpoint, trouble: string, waitedMs: number) {
  return {
    kind: 'endpoint',
    what: `the endpoint of ${endpoint.model} cannot be used yet: ${trouble}`,
    until: 'the command continues as soon as it answers; Ctrl-C ends the command',
    waitedMs,
  };
}
