import type { LedgerReport, PricedTotal } from '../../../domain/report/report-model.ts';
import { isTold } from '../../../domain/report/report-spent.ts';
import type { SpentPart } from '../../../domain/run/ledger/spent.ts';
import { phases } from '../../../domain/run/ledger/token-use.ts';
import type { Block, Cell, Row } from '../../../shared/document/document.ts';
import { exact, formatCount } from '../../../shared/document/format.ts';
import { phaseLabel } from '../../../shared/document/phase-label.ts';
import type { Spent } from '../../../shared/document/plot.ts';
import { besideWords } from '../../progress/describe-spent.ts';
import { describeModel } from '../words.ts';
import type { RunSection } from './run-section.ts';

export const ledger: RunSection = ({ ledger: report }) => {
  const { byPhase, byModel, total } = report;
  return {
    id: 'ledger',
    title: 'Ledger',
    blocks: [
      spendingBars(report),
      useTable('phase', total, [
        ...byPhase.map((entry) => useRow(phaseLabel(entry.phase), entry, total)),
        { ...useRow('total', total, total), total: true },
      ]),
      {
        ...useTable(
          'model',
          total,
          byModel.map((entry) => useRow(describeModel(entry), entry, total)),
        ),
        filesOnly: true,
      },
      ...priceTable(report),
      ...spentTable(report),
      {
        kind: 'text',
        text: 'What full evaluation of the same workflows would have taken is an estimate: what each of them would have cost on all queries is extrapolated from the queries that it was executed on.',
        filesOnly: true,
      },
    ],
  };
};

/** What was spent, by phase, above what full evaluation of the same workflows would have cost. */
function spendingBars({ saving, total, byPhase }: LedgerReport): Block {
  const parts = phases.flatMap((phase): Spent[] => {
    const tokens = byPhase.find((entry) => entry.phase === phase)?.tokens ?? 0;
    return tokens === 0 ? [] : [{ phase, amount: tokens, title: `${phaseLabel(phase)}: ${exact(tokens)} tokens` }];
  });
  const { fullEvaluation } = saving;
  return {
    kind: 'bars',
    id: 'spending-bars',
    title: 'Tokens spent and saved',
    description: `${formatCount(total.tokens)} tokens spent; full evaluation of the same workflows is estimated at ${formatCount(fullEvaluation)}.`,
    rows: [
      { name: 'spent', label: formatCount(total.tokens), parts },
      {
        name: 'full evaluation',
        label: `≈ ${formatCount(fullEvaluation)}`,
        parts: { amount: fullEvaluation, title: `estimate: ${exact(fullEvaluation)} tokens` },
      },
    ],
  };
}

function useTable(of: string, { money }: PricedTotal, rows: readonly Row[]): Block {
  const names = ['calls', 'prompt', 'of which cached', 'completion', 'of which reasoning', 'tokens', 'share'];
  if (money !== undefined) names.push(`cost (${money.currency})`);
  return { kind: 'table', of, columns: names.map((name) => ({ name })), rows };
}

function useRow(name: string, { calls, usage, tokens, estimatedCalls, money }: PricedTotal, total: PricedTotal): Row {
  return {
    name,
    cells: [
      { unit: 'count', value: calls },
      { unit: 'count', value: usage.promptTokens },
      { unit: 'count', value: usage.cachedTokens },
      { unit: 'count', value: usage.completionTokens },
      { unit: 'count', value: usage.reasoningTokens },
      { unit: 'count', value: tokens, estimated: estimatedCalls !== undefined },
      { unit: 'share', value: tokens / Math.max(1, total.tokens) },
      ...(total.money === undefined ? [] : [moneyCell(money, estimatedCalls !== undefined)]),
    ],
  };
}

function moneyCell(money: PricedTotal['money'], estimated: boolean): Cell {
  return money === undefined ? undefined : { unit: 'money', value: money.amount, estimated };
}

/** What the run's models cost when it began. */
function priceTable({ prices }: LedgerReport): Block[] {
  if (prices === undefined || prices.prices.length === 0) return [];
  const { currency, source, date } = prices;
  const from = [...(source === undefined ? [] : [source]), ...(date === undefined ? [] : [date])].join(', ');
  const columns = ['input', 'cached input', 'output', 'reasoning'].map((name) => ({ name }));
  const rows = prices.prices.map(({ model, input, cachedInput, output, reasoning }) => ({
    name: model,
    cells: [input, cachedInput, output, reasoning].map((value): Cell => ({ unit: 'money', value })),
  }));
  const title = `Prices, ${currency} per million tokens${from === '' ? '' : ` (${from})`}`;
  return [{ kind: 'table', title, of: 'model', columns, rows, filesOnly: true }];
}

function spentTable({ spent, total }: LedgerReport): Block[] {
  if (!isTold(spent)) return [];
  const rows: Row[] = [
    {
      name: 'charged',
      cells: [
        { unit: 'count', value: total.calls },
        { unit: 'count', value: total.tokens },
      ],
    },
    ...(spent.cached === undefined ? [] : [cachedRow(spent.cached)]),
    ...spent.beside.map(({ kind, calls, tokens }) => ({
      name: besideWords[kind],
      cells: [
        calls === undefined ? '' : ({ unit: 'count', value: calls } as const),
        // What a server generated for a call that broke off was never counted.
        { unit: 'count', value: tokens, estimated: kind === 'lost' } as const,
      ],
    })),
    { name: 'spent', cells: ['', { unit: 'count', value: spent.tokens }], total: true },
  ];
  const columns = [{ name: 'calls' }, { name: 'tokens' }];
  return [{ kind: 'table', title: 'Charged and spent', of: '', columns, rows, filesOnly: true }];
}

function cachedRow({ calls, tokens }: SpentPart): Row {
  return {
    name: 'of these, saved by the response cache',
    cells: [
      { unit: 'count', value: calls },
      { unit: 'count', value: -tokens },
    ],
  };
}
