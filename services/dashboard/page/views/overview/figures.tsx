import { dash } from '../../../../shared/document/figure.ts';
import { formatCount, formatScore } from '../../../../shared/document/format.ts';
import { describeMoney, formatCost } from '../../../../shared/document/format-money.ts';
import type { RunReport } from '../../../api/run-answer.ts';
import type { RunRow } from '../../../api/run-row.ts';
import { duration, intervalText, money, plural, saved, score, time, tokens } from '../../numbers.ts';
import { Card } from '../../parts/card.tsx';
import { links } from '../../route.ts';

export function Figures({ row, report }: { readonly row: RunRow; readonly report: RunReport }) {
  const { best, ledger, run } = report;
  const { spent, total, saving } = ledger;
  const isOver = row.endedAtMs !== undefined;
  const paid = spent?.money ?? total.money;
  const savedMoney = row.saved?.money;
  return (
    <dl class="cards">
      <Card
        title="Best score"
        figure={score(best?.score)}
        note={
          best && (
            <>
              <a href={links.round(row.runId, best.round)}>round {best.round}</a>,{' '}
              {best.interval ? intervalText(best.interval) : best.method}
              {best.initialScore !== undefined && best.round !== 1 && `; the start: ${formatScore(best.initialScore)}`}
            </>
          )
        }
      />
      <Card
        title="Tokens spent"
        figure={tokens(isOver ? (spent?.tokens ?? total.tokens) : Math.max(total.tokens, row.spentTokens ?? row.tokens))}
        note={`in ${plural(total.calls, 'call')}${spent && spent.tokens !== total.tokens ? `; charged: ${formatCount(total.tokens)}` : ''}`}
      />
      {paid !== undefined && (
        <Card
          title="Cost"
          figure={formatCost(paid.amount, paid.currency)}
          note={paid.unpriced?.length ? describeMoney(paid) : ''}
        />
      )}
      <Card
        title="Saved against full evaluation"
        figure={saving.fullEvaluation === 0 ? dash : saved(saving.share)}
        note={
          saving.fullEvaluation === 0
            ? 'nothing to compare with yet'
            : `~${formatCount(Math.abs(saving.saved))} tokens${savedMoney ? `, ~${money(savedMoney)}` : ''}`
        }
      />
      <Card
        title={row.endedAtMs === undefined ? 'Time left' : 'Took'}
        figure={
          row.endedAtMs === undefined
            ? row.leftMs === undefined
              ? dash
              : `~${duration(row.leftMs)}`
            : duration(row.endedAtMs - row.createdAtMs)
        }
        note={`started ${time(row.createdAtMs)}${row.startedBy === undefined ? '' : ` by ${row.startedBy}`}`}
      />
      <Card title="Rounds" figure={`${row.roundsCompleted} of ${row.maxRounds}`} note={run.stopReason ?? ''} />
    </dl>
  );
}
