import { randomInteger, randomStream } from '../../services/domain/random.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../services/shared/contracts/run-id.ts';
import { every } from '../../services/shared/lifecycle/timing.ts';
import type { Bus, JobKind } from '../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createVirtualClock, StandstillError } from '../support/virtual-clock.ts';
import { ackWaitMs, calm, type FaultPlan, leaseTtlMs, patienceMs, spoiling } from './fault-plan.ts';
import type { MadeUpSearch } from './made-up-searches.ts';
import { type Member, startCoordinatorMember, startWorkerMember } from './simulated-members.ts';
import { createSimulatedNetwork } from './simulated-network.ts';
import { createSimulatedProcess, type SimulatedProcess } from './simulated-process.ts';
import { createWitness, type Evidence } from './witness.ts';

/** What came of one simulated run. */
export interface SimulatedRun {
  readonly runId: string;
  /** The server, as it was when all had ended. */
  readonly bus: Bus;
  /** Why it never ended; undefined where it did. */
  readonly standstill: string | undefined;
  readonly evidence: Evidence;
  /** What still waits when nobody is left to wait for it. */
  readonly leftBehind: readonly string[];
  /** Calls of the bus that were made. */
  readonly steps: number;
  /** What happened, with its time: each call that reached the server with its outcome, and each incident. */
  readonly trace: readonly string[];
  /**
   * To be called when nothing of this is looked at any more. Who was killed waits for ever, and the platform keeps a composite
   * signal for as long as somebody listens to it: a quarter of a megabyte for each run.
   */
  release(): void;
}

/** A defect that is put in to see it found: a process's bus that does something else than was asked. */
export type Plant = (bus: Bus, process: SimulatedProcess) => Bus;

/** Of its own time: half a minute on average, and up to five of them in a network that spoils one call in ten. */
const runWithinMs = 1_800_000;
const startAgainMs = 500;
/** A run that two looks in a row do not find is begun again. */
const missingAfterMs = 3_000;
/** In which all that is late has come, and whoever stood still has seen that the run is over. */
const settledAfterMs = 4 * ackWaitMs;
const stopWithinMs = 60_000;

/** Runs a search to its end on a cluster of real coordinators and workers, under everything that the plan says. */
export async function simulateSearch(search: MadeUpSearch, plan: FaultPlan, plant: Plant = (bus) => bus): Promise<SimulatedRun> {
  const clock = createVirtualClock();
  const time = clock.timing;
  const server = createInMemoryServer({ ackWaitMs, leaseTtlMs, timing: time, nodes: plan.nodes, deadlineMs: patienceMs });
  const observer = server.connect();
  const runId = runIdOf(search.configuration);
  const trace: string[] = [];
  const isCalm = spoiling.every((share) => plan.weather[share] === 0);
  const isPeaceful = (): boolean => isCalm && incidents.length === plan.incidents.length;
  const { evidence, model, watch, watchWrites, wiped } = createWitness(runId, observer, time, isPeaceful);
  const members = new Map<string, Member>();
  const killed: Member[] = [];
  const replaced: { readonly member: Member; readonly ended: Promise<void> }[] = [];
  let { incidents } = plan;
  /** Jobs that were sent while the run went on and came when it was over: nobody asks for them, and nobody can take them back. */
  const stray = new Set<string>();
  let isOver = false;
  let isMissing = false;
  let overAtMs = 0;
  let steps = 0;
  let started = 0;
  const tell = (what: string): void => void trace.push(`${time.monotonicMs()} ${what}`);

  const network = createSimulatedNetwork({
    time,
    seed: plan.seed,
    weather: () => (isOver ? calm : plan.weather),
    leaves(process) {
      steps += 1;
      const [incident] = incidents;
      if (isOver || incident === undefined || incident.atStep > steps) return true;
      incidents = incidents.slice(1);
      tell(`${process.name} makes step ${steps}: ${JSON.stringify(incident)}`);
      switch (incident.kind) {
        case 'redeliver':
          server.redeliver(runId);
          return true;
        case 'purge':
          observer.jobs.closeLanes(runId).catch((error: unknown) => tell(String(error)));
          return true;
        case 'pause':
          process.pause();
          time.after(incident.forMs, () => process.resume());
          return true;
        case 'wipe':
          wiped();
          network.wiped();
          server.wipe();
          return true;
        case 'restart':
          server.restart();
          for (const member of members.values()) network.cutOff(member.process, 'both', incident.downMs);
          return true;
        case 'partition': {
          const cut = memberAt(incident.which)?.process;
          if (cut !== undefined) network.cutOff(cut, incident.way, incident.forMs);
          return true;
        }
        case 'lost-leader': {
          const leader = server.cutOffLeader();
          for (const which of incident.which) {
            const led = memberAt(which)?.process;
            if (led !== undefined) network.divert(led, watchWrites(leader.connect()), incident.forMs);
          }
          time.after(incident.forMs, () => leader.heal());
          return true;
        }
        case 'full':
        case 'stall':
          network.disk(incident.kind, incident.forMs);
          return true;
        case 'replace':
          replace([...members.keys()][incident.which % members.size]);
          return true;
        case 'kill-other':
          kill(memberAt(incident.which)?.process ?? process, incident.downMs);
          return !process.gone.aborted;
        case 'kill':
          kill(process, incident.downMs);
          return incident.when === 'after';
      }
    },
    done(process, call, outcome, leftAtMs) {
      tell(`${process.name} ${call}: ${outcome}`);
      if (isOver && leftAtMs < overAtMs && call.startsWith('publish ')) stray.add(call.slice('publish '.length));
    },
  });

  const memberAt = (which: number): Member | undefined => [...members.values()][which % members.size];
  const start = (place: string): void => {
    started += 1;
    const clock = randomStream(plan.seed, 'clock', place);
    const aheadMs = randomInteger(clock, 1 + plan.clocksApartMs) - Math.floor(plan.clocksApartMs / 2);
    const process = createSimulatedProcess(`${place}#${started}`, time, aheadMs);
    const bus = network.join(process, plant(watch(server.connect()), process));
    const settings = { process, bus, plan };
    const kinds = kindsOf(place);
    const member = kinds === undefined ? startCoordinatorMember(settings) : startWorkerMember(settings, kinds, model);
    members.set(place, member);
    process.gone.addEventListener('abort', () => killed.push(member));
  };
  const kill = (process: SimulatedProcess, downMs: number): void => {
    const place = process.name.split('#')[0] ?? '';
    process.kill();
    // One that has been replaced already is missed by nobody.
    if (members.get(place)?.process !== process) return;
    members.delete(place);
    time.after(downMs, () => {
      if (!isOver) start(place);
    });
  };
  const replace = (place: string | undefined): void => {
    const member = place === undefined ? undefined : members.get(place);
    if (place === undefined || member === undefined) return;
    replaced.push({ member, ended: member.stop() });
    start(place);
  };
  /** As a client does that asks until it has an answer, and again where the run is lost and nobody has it any more. */
  const request = {
    configuration: configurationToProto(search.configuration),
    benchmark: benchmarkToProto(search.benchmark),
    endpoints: [],
    maxInFlight: 0,
    simulated: true,
  };
  const startRun = (): Promise<void> =>
    new Promise((resolve) => {
      let isTaken = false;
      const ask = (): void => {
        if (isTaken) return;
        const asked = [...members.values()].find(({ handlers }) => handlers !== undefined);
        asked?.process.receive(() => {
          asked.handlers?.startRun(request).then(
            () => {
              isTaken = true;
              resolve();
            },
            () => undefined,
          );
        });
        time.after(startAgainMs, ask);
      };
      ask();
    });
  const completed = async (): Promise<undefined> => {
    await startRun();
    const watching = new AbortController();
    const look = async (): Promise<void> => {
      const isThere = (await observer.runs.get(runId)) !== undefined;
      if (isMissing && !isThere) await startRun();
      isMissing = !isThere;
    };
    using _looking = every(time, missingAfterMs, () => void look());
    for await (const { status } of observer.runs.watch(watching.signal)) if (status !== RunStatus.RUNNING) break;
    isOver = true;
    overAtMs = time.monotonicMs();
    tell('the run is over');
    await time.sleep(settledAfterMs, watching.signal);
    return undefined;
  };

  for (let index = 0; index < plan.coordinators; index += 1) start(`coordinator-${index}`);
  for (let index = 0; index < plan.workers; index += 1) start(`executor-${index}`);
  for (let index = 0; index < Math.min(plan.workers, 2); index += 1) start(`predictor-${index}`);
  const standstill = await clock.until(completed(), runWithinMs).catch((error: unknown) => {
    if (!(error instanceof StandstillError)) throw error;
    return error.message;
  });
  const stillDriving = [...members.values()].filter(({ drives }) => drives?.(runId)).map(({ process }) => process.name);
  const ended = [
    ...replaced.filter(({ member }) => !member.process.gone.aborted),
    ...[...members.values()].map((member) => ({ member, ended: member.stop() })),
  ];
  await clock.until(Promise.all(ended.map((each) => each.ended)), stopWithinMs);
  const leftBehind = [
    ...[...(await observer.jobs.outstanding(runId))]
      .filter((jobId) => !stray.has(jobId))
      .map((jobId) => `job ${jobId} is in the queue`),
    ...stillDriving.map((name) => `${name} goes on with the run`),
    ...network.underWay().map((call) => `${call} is under way`),
    ...ended.flatMap(({ member: { process } }) => {
      const timers = process.timers();
      return timers === 0 ? [] : [`${process.name} has ${timers} timers`];
    }),
  ];
  const release = (): void => {
    for (const member of killed) member.stop().catch(() => undefined);
  };
  return { runId, bus: observer, standstill, evidence, leftBehind, steps, trace, release };
}

/** Of a worker at this place; undefined for a coordinator. */
function kindsOf(place: string): readonly JobKind[] | undefined {
  if (place.startsWith('coordinator')) return undefined;
  return place.startsWith('executor') ? ['execute'] : ['predict', 'propose'];
}
