import { exact, formatShare } from '../../../../shared/document/format.ts';
import { phaseLabel } from '../../../../shared/document/phase-label.ts';
import type { RunReport } from '../../../api/run-answer.ts';
import { money } from '../../numbers.ts';

export function Spent({ report: { ledger } }: { readonly report: RunReport }) {
  const hasMoney = ledger.total.money !== undefined;
  const rows = [
    ...ledger.byPhase.map((each) => ({ name: each.phase as string, kind: 'phase', each })),
    ...ledger.byModel.map((each) => ({ name: each.model, kind: 'model', each })),
  ];
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">on</th>
            <th scope="col" class="number">
              calls
            </th>
            <th scope="col" class="number">
              tokens
            </th>
            <th scope="col" class="number">
              share
            </th>
            {hasMoney && (
              <th scope="col" class="number">
                cost
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, kind, each }) => (
            <tr key={`${kind} ${name}`}>
              <th scope="row">
                {kind === 'phase' ? (
                  <span class="scored-by">
                    <svg class="sign" width="12" height="12" aria-hidden="true">
                      <rect class={`p-${name}`} width="12" height="12" rx="2" />
                    </svg>
                    {phaseLabel(name)}
                  </span>
                ) : (
                  <bdi>{name}</bdi>
                )}
              </th>
              <td class="number">{exact(each.calls)}</td>
              <td class="number">{exact(each.tokens)}</td>
              <td class="number">{formatShare(each.tokens / Math.max(1, ledger.total.tokens))}</td>
              {hasMoney && <td class="number">{money(each.money)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
