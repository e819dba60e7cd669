import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Random } from '../../../../services/domain/ports.ts';
import { randomInteger, randomStream } from '../../../../services/domain/random.ts';
import { nothing } from '../../../../services/shared/budgets/amounts.ts';
import { BudgetSpentError } from '../../../../services/shared/budgets/budget-spent-error.ts';
import { reservedIn, spentIn, withTerms } from '../../../../services/shared/budgets/budget-table.ts';
import { type Budgets, createBudgets } from '../../../../services/shared/budgets/budgets.ts';
import type { BudgetTable, BudgetTerms } from '../../../../services/shared/contracts/generated/scale/v1/budgets.ts';
import type { Timing } from '../../../../services/shared/lifecycle/timing.ts';
import { BusError } from '../../../../services/shared/messaging/errors.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import type { BudgetTableStore } from '../../../../services/shared/messaging/table-store.ts';
import { createVirtualClock } from '../../../support/virtual-clock.ts';

/**
 * Workers on one virtual clock that share a budget, of which some die, hang beyond their lease, or lose the answers to what they
 * write. SCALE_SIMULATION_SEEDS sets how many seeds there are.
 */
const seeds = Number(process.env.SCALE_SIMULATION_SEEDS ?? 4);
const logger = pino({ level: 'silent' });
const ttlMs = 3_000;
const never = new AbortController().signal;
const scope = 'run-simulated';

interface Faults {
  /** Each worker dies at some moment, and another one begins. */
  readonly dies: boolean;
  /** Writes take effect and their answers are lost, or the other way round. */
  readonly losesAnswers: boolean;
  /** Workers stand still for longer than their lease. */
  readonly hangs: boolean;
  /** Calls may take more than was reserved for them. */
  readonly exceeds: boolean;
}

const terms = (most: number): BudgetTerms => ({
  ...{ most: { ...nothing, tokens: most }, proposing: 1, searching: 1, finalPick: 0.2, test: 0, period: '' },
});

interface Made {
  readonly expected: number;
  readonly actual: number;
  readonly beganMs: number;
  endedMs: number;
  isLost: boolean;
}

/** A process: what it does while it hangs or after it has died comes late, or not at all. */
function processOf(store: BudgetTableStore, timing: Timing, random: Random, faults: Faults) {
  let diesAtMs = Number.POSITIVE_INFINITY;
  const isDead = (): boolean => timing.monotonicMs() >= diesAtMs;
  const forever = new Promise<never>(() => undefined);
  const way = async (): Promise<void> => {
    const hangs = faults.hangs && random.next() < 0.01;
    await timing.sleep(hangs ? 2.5 * ttlMs : 1 + 8 * random.next(), never);
    if (isDead()) await forever;
  };
  const own: BudgetTableStore = {
    async update(name, change) {
      await way();
      if (faults.losesAnswers && random.next() < 0.05) throw new BusError('update', 'it was not sent');
      // Another one may have written meanwhile: what was worked out then is thrown away.
      if (random.next() < 0.2) change(await store.update(name, (table) => table));
      const table = await store.update(name, change);
      if (isDead()) await forever;
      await way();
      if (faults.losesAnswers && random.next() < 0.05) throw new BusError('update', 'the answer was lost');
      return table;
    },
    watch: (signal) => store.watch(signal),
  };
  return { store: own, isDead, dieAt: (atMs: number) => (diesAtMs = atMs) };
}

async function simulate(seed: number, faults: Faults) {
  const random = randomStream(seed, 'budgets', JSON.stringify(faults));
  const clock = createVirtualClock();
  const { timing } = clock;
  const { budgets: store } = createInMemoryServer({ timing }).connect();
  const most = 20_000 + randomInteger(random, 30_000);
  await store.update(scope, (table) => withTerms(table, terms(most)));
  const made: Made[] = [];
  let started = 0;
  const opened: { readonly budgets: Budgets; isDead(): boolean }[] = [];

  const callOnce = async (budgets: Budgets, isDead: () => boolean): Promise<void> => {
    const expected = 100 + randomInteger(random, 900);
    const excess = faults.exceeds && random.next() < 0.1 ? 400 : 0;
    const actual = Math.ceil(expected * (0.3 + 0.7 * random.next())) + excess;
    const need = { ...nothing, calls: 1, tokens: expected };
    const held = await budgets.reserve([{ scope, part: 'search' }], { expected: need, least: need }, never);
    if (isDead()) return held.settle(nothing);
    const call: Made = { expected, actual, beganMs: timing.monotonicMs(), endedMs: Number.POSITIVE_INFINITY, isLost: true };
    made.push(call);
    await timing.sleep(20 + 600 * random.next(), never);
    call.endedMs = timing.monotonicMs();
    if (isDead()) return;
    call.isLost = false;
    held.settle({ ...nothing, calls: 1, tokens: actual });
  };
  const work = async (): Promise<void> => {
    const { store: own, isDead, dieAt } = processOf(store, timing, random, faults);
    if (faults.dies && started < 8) dieAt(timing.monotonicMs() + 500 + 4_000 * random.next());
    started += 1;
    const budgets = createBudgets({ store: own, name: 'w', id: `p${started}`, ttlMs, timing, logger });
    opened.push({ budgets, isDead });
    const lane = async (): Promise<void> => {
      for (;;) {
        // A dead one's answers never come.
        const ended = await Promise.race([
          callOnce(budgets, isDead).then(
            () => 'done',
            (error: unknown) => {
              if (!(error instanceof BudgetSpentError)) throw error;
              return 'spent';
            },
          ),
          untilDead(),
        ]);
        if (ended !== 'done') return;
      }
    };
    const untilDead = async (): Promise<string> => {
      while (!isDead()) await timing.sleep(100, never);
      return 'dead';
    };
    await Promise.all(Array.from({ length: 3 }, lane));
    if (isDead()) await work();
  };
  await clock.until(Promise.all([work(), work(), work()]));
  // Whoever hangs comes back, and whoever is dead is missed.
  await clock.until(timing.sleep(4 * ttlMs, never));
  for (const { budgets, isDead } of opened) if (!isDead()) await clock.until(budgets.close());
  const last = createBudgets({ store, name: 'last', ttlMs, timing, logger });
  const look = async (): Promise<void> => {
    const need = { ...nothing, calls: 1, tokens: most };
    await last.reserve([{ scope, part: 'pick' }], { expected: need, least: need }, never).catch(() => undefined);
  };
  await clock.until(look());
  await clock.until(last.close());
  return { table: await store.update(scope, (table) => table), made, most };
}

const sum = (calls: readonly Made[], of: (call: Made) => number): number => calls.reduce((total, call) => total + of(call), 0);

/** What must hold however it went. */
function check(seed: number, { table, made, most }: { table: BudgetTable; made: readonly Made[]; most: number }, faults: Faults) {
  const about = `seed ${seed}`;
  const searchMost = 0.8 * most;
  const actual = sum(made, (call) => call.actual);
  // Never exceeded, by no more than the calls in flight take beyond what was reserved for them.
  const beyond = sum(made, (call) => Math.max(0, call.actual - call.expected));
  expect(actual, about).toBeLessThanOrEqual(searchMost + beyond);
  if (!faults.exceeds) expect(actual, about).toBeLessThanOrEqual(searchMost);
  // No leak: nothing stays reserved, and what counts as spent is what was spent, and what was reserved for lost calls.
  expect(reservedIn(table), about).toEqual(nothing);
  const spent = spentIn(table);
  expect(spent.tokens, about).toBeGreaterThanOrEqual(actual - beyond);
  if (!faults.dies && !faults.hangs && !faults.losesAnswers) {
    expect(spent, about).toEqual({ calls: made.length, tokens: actual, money: 0 });
    expect(table.lost ?? nothing, about).toEqual(nothing);
  }
  // Nor is the end said too early: less was left than a call may take.
  expect(searchMost - spent.tokens, about).toBeLessThan(1_000);
  expect(
    table.ends.map(({ part }) => part),
    about,
  ).toContain('search');
}

describe.each<[string, Faults]>([
  ['without faults', { dies: false, losesAnswers: false, hangs: false, exceeds: false }],
  ['with calls beyond what was reserved', { dies: false, losesAnswers: false, hangs: false, exceeds: true }],
  ['with deaths', { dies: true, losesAnswers: false, hangs: false, exceeds: false }],
  ['with lost answers', { dies: false, losesAnswers: true, hangs: false, exceeds: false }],
  ['with workers that hang', { dies: false, losesAnswers: false, hangs: true, exceeds: false }],
  ['with all of these', { dies: true, losesAnswers: true, hangs: true, exceeds: true }],
])('%s', (_, faults) => {
  test(`the budget is kept and nothing leaks, in ${seeds} interleavings`, async () => {
    for (let seed = 1; seed <= seeds; seed += 1) check(seed, await simulate(seed, faults), faults);
  });
});
