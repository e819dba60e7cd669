import { countOf } from '../../domain/names/count-of.ts';
import {
  type DiagnoseResponse,
  type LedRun,
  RunStatus,
  type SeenWorker,
  type StreamState,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import type { WorkerReport } from '../../shared/contracts/generated/scale/v1/job.ts';
import { exact, formatDuration, formatShare } from '../../shared/document/format.ts';
import type { Check } from './check.ts';

/** What this machine knows beside the coordinator's answer. */
export interface AskedFrom {
  readonly version: string;
  /** Wall clock when the question was sent, and when the answer came. */
  readonly askedMs: number;
  readonly answeredMs: number;
}

/** Certificates, times in reports and the ages of leases and cached replies rest on clocks that agree. */
const toleratedSkewMs = 2_000;
const harmfulSkewMs = 30_000;
const nearlyFull = 0.8;
const asGoodAsFull = 0.95;

/** What is right and wrong with a deployment, each with what to do about it. */
export function deploymentChecks(diagnosis: DiagnoseResponse, from: AskedFrom): Check[] {
  // Of workers and runs it hears over NATS alone: without it, that there are none would be as untrue as that they are well.
  if (diagnosis.natsVersion === '') return [coordinatorCheck(diagnosis), unheard];
  return [
    coordinatorCheck(diagnosis),
    versionCheck(diagnosis, from),
    ...clockChecks(diagnosis, from),
    ...streamChecks(diagnosis),
    ...presenceChecks(diagnosis),
    ...diagnosis.workers.flatMap(({ report }) => (report === undefined ? [] : workerChecks(report))),
    ...runChecks(diagnosis.runs),
  ];
}

const unheard: Check = {
  name: 'the rest',
  status: 'warning',
  found: 'not known while the coordinator has no connection to NATS: streams, workers and runs',
  advice: 'look at the NATS servers first; runs go on by themselves once they are back',
};

function coordinatorCheck({ coordinator, trouble, natsVersion }: DiagnoseResponse): Check {
  const nats = natsVersion === '' ? 'not connected to NATS' : `on nats-server ${natsVersion}`;
  const about = { name: 'coordinator', found: `${coordinator}, ${nats}` };
  return trouble === '' ? { ...about, status: 'ok' } : { ...about, status: 'failed', advice: trouble };
}

function versionCheck({ version, workers }: DiagnoseResponse, from: AskedFrom): Check {
  const versions = new Map<string, string[]>();
  const note = (who: string, which: string) => versions.set(which, [...(versions.get(which) ?? []), who]);
  note('coordinator', version);
  for (const { report } of workers) if (report) note(report.worker, report.condition?.version ?? 'a version that does not say');
  note('this command', from.version);
  const found = [...versions].map(([which, who]) => `${which}: ${who.join(', ')}`).join('; ');
  if (versions.size === 1) return { name: 'versions', status: 'ok', found: `${version} everywhere` };
  const advice = 'services of neighbouring versions work together, as in an upgrade; finish it';
  return { name: 'versions', status: 'warning', found, advice };
}

function clockChecks({ wallMs, workers }: DiagnoseResponse, { askedMs, answeredMs }: AskedFrom): Check[] {
  const halfMs = (answeredMs - askedMs) / 2;
  // The way there and back may have been of unequal length.
  const ownSkewMs = excess(wallMs - (askedMs + halfMs), halfMs);
  const skews = workers.flatMap(({ report, clockSkewMs }): [string, number][] =>
    report === undefined || clockSkewMs === undefined ? [] : [[`${report.worker} and the coordinator`, clockSkewMs]],
  );
  const all: [string, number][] = [['the coordinator and this machine', ownSkewMs], ...skews];
  const wrong = all.filter(([, skewMs]) => Math.abs(skewMs) > toleratedSkewMs);
  if (wrong.length === 0)
    return [{ name: 'clocks', status: 'ok', found: `${all.length} agree within ${toleratedSkewMs / 1000} s` }];
  return wrong.map(([who, skewMs]) => ({
    name: 'clocks',
    status: Math.abs(skewMs) > harmfulSkewMs ? 'failed' : 'warning',
    found: `${who} differ by ${formatDuration(Math.abs(skewMs))}`,
    advice: 'set both by NTP: certificates, times in reports and the ages of cached replies are wrong meanwhile',
  }));
}

function excess(value: number, tolerance: number): number {
  return Math.sign(value) * Math.max(0, Math.abs(value) - tolerance);
}

function streamChecks({ streams, streamsTrouble }: DiagnoseResponse): Check[] {
  if (streamsTrouble !== '') {
    const advice = `${streamsTrouble}; look at the NATS servers, and at what the coordinator is allowed there`;
    return [{ name: 'streams', status: 'failed', found: 'they could not be looked at', advice }];
  }
  const wrong = streams.flatMap((stream) => streamCheck(stream) ?? []);
  const dead = streams.find(({ stream }) => stream === 'DEAD')?.messages ?? 0;
  const left: Check[] =
    dead === 0
      ? []
      : [
          {
            ...{
              name: 'stream DEAD',
              status: 'warning',
              found: `${countOf(dead, 'job')} that no worker could read`,
            },
            advice:
              'services of different versions, or a defect: `scale dead-letters list` names them; `scale dead-letters drop --all` once that is settled',
          },
        ];
  if (wrong.length + left.length > 0) return [...wrong, ...left];
  const fullest = streams.toSorted((one, other) => fillOf(other) - fillOf(one))[0];
  const most = fullest === undefined ? '' : `; the fullest, ${fullest.stream}, at ${formatShare(fillOf(fullest))}`;
  return [{ name: 'streams', status: 'ok', found: `${streams.length}, as they should be${most}` }];
}

function streamCheck(state: StreamState): Check | undefined {
  const { stream, missing, differs, refusesWhenFull, maxBytes } = state;
  const name = `stream ${stream}`;
  if (missing) {
    const advice = 'a coordinator makes it within ten seconds, if it may; what it held is lost';
    return { name, status: 'failed', found: 'missing', advice };
  }
  const fill = fillOf(state);
  if (refusesWhenFull && fill > nearlyFull) {
    const found = `${formatShare(fill)} of ${mebibytes(maxBytes)} used; full, it refuses, and runs wait`;
    const advice = `give it more: \`nats stream edit ${stream} --max-bytes\`, if the disk of the NATS servers has it`;
    return { name, status: fill > asGoodAsFull ? 'failed' : 'warning', found, advice };
  }
  if (differs.length === 0) return undefined;
  const advice =
    'somebody has changed it, or services have different settings; a coordinator that is started again puts it right';
  return { name, status: 'warning', found: `not as the coordinator would set it: ${differs.join(', ')}`, advice };
}

function fillOf({ bytes, maxBytes }: StreamState): number {
  return maxBytes > 0 ? bytes / maxBytes : 0;
}

function mebibytes(bytes: number): string {
  return `${exact(bytes / 1024 ** 2)} MiB`;
}

/** By what takes their jobs. */
const roles = { executor: ['execute'], predictor: ['propose', 'predict'] } as const;

function presenceChecks({ workers, settled }: DiagnoseResponse): Check[] {
  return Object.entries(roles).map(([role, kinds]): Check => {
    const able = workers.flatMap(({ report }: SeenWorker) =>
      report && kinds.every((kind) => report.kinds.includes(kind)) ? [report] : [],
    );
    const slots = able.reduce((sum, report) => sum + report.slots, 0);
    const name = `${role}s`;
    if (able.length > 0) return { name, status: 'ok', found: `${able.length} with ${slots} slots` };
    if (!settled) {
      const advice = 'the coordinator has only just begun to listen: ask again in ten seconds';
      return { name, status: 'warning', found: 'none heard yet', advice };
    }
    const advice = `start one; one that runs and is not heard says why at its /readyz, or belongs to another NATS server`;
    return { name, status: 'failed', found: 'none', advice };
  });
}

function workerChecks({ worker, condition, endpoints, kinds, beyond }: WorkerReport): Check[] {
  const checks: Check[] = [];
  const add = (status: Check['status'], found: string, advice?: string) =>
    checks.push({ name: worker, status, found, ...(advice === undefined ? {} : { advice }) });
  if (condition?.trouble) add('failed', 'not ready', condition.trouble);
  for (const { model, baseUrl, problem } of condition?.looks ?? []) {
    if (problem === '') add('ok', `reaches ${baseUrl} for ${model}`);
    else add('failed', `does not reach ${baseUrl} for ${model}`, problem);
  }
  for (const { baseUrl, name, state, lastError } of endpoints) {
    const where = name || baseUrl;
    if (state === 'open' || state === 'half-open') add('failed', `leaves ${where} alone`, lastError || 'calls there failed');
    else if (state === 'throttled') add('warning', `${where} has asked for a pause`, lastError || undefined);
    else add('ok', `calls ${where}`);
  }
  for (const { runId, lacks } of beyond?.runs ?? []) {
    add('warning', `leaves the run ${runId} to others`, `it does not know ${lacks.join(', ')}: give it the run's version`);
  }
  if (condition?.noSandbox) {
    add('warning', 'can run no programs', `${condition.noSandbox} Only workflows and scorers without programs work there.`);
  } else if (condition?.isolation !== undefined) {
    const isWeak = condition.isolation === 'plain';
    const advice = 'programs may reach the network and files: see docs/sandbox.md, and set SCALE_SANDBOX_MIN_ISOLATION';
    add(isWeak ? 'warning' : 'ok', `isolates programs by ${condition.isolation}`, isWeak ? advice : undefined);
  } else if (condition?.role === 'executor') add('ok', 'has not tried its sandbox yet: it does half a minute after its start');
  if (checks.length === 0) add('ok', kinds.length === 0 ? 'ends once its jobs are done' : 'has called no endpoint yet');
  return checks;
}

function runChecks(runs: readonly LedRun[]): Check[] {
  if (runs.length === 0) return [{ name: 'runs', status: 'ok', found: 'none under way' }];
  return runs.map(({ runId, status, leader, waiting }): Check => {
    const name = `run ${runId}`;
    if (leader === 'nobody') {
      const advice = `a coordinator takes it over when the lease has run out; if none does, its log says why, or it has SCALE_RESUME=requested: \`scale resume ${runId}\` asks it to`;
      return { name, status: 'failed', found: 'no coordinator leads it', advice };
    }
    const by = leader === 'here' ? 'led by this coordinator' : 'led by another coordinator: ask that one about it';
    if (waiting === undefined) return { name, status: 'ok', found: status === RunStatus.PAUSED ? `paused, ${by}` : by };
    const isBad = !['paused', 'work', 'lease'].includes(waiting.kind);
    const found = `${by}; it waits: ${waiting.what}`;
    return isBad ? { name, status: 'warning', found, advice: waiting.until } : { name, status: 'ok', found };
  });
}
