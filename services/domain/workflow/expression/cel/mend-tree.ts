import type { parse } from '@bufbuild/cel';
import { hasFunction, itemFunction } from './access-functions.ts';

type CelExpression = NonNullable<ReturnType<typeof parse>['expr']>;

/**
 * Turns x[i] and has(x.field), which the evaluator would otherwise handle itself and get wrong, into function calls, and the
 * function matches(text, pattern) into a method. Changes the tree in place.
 * @param call a call of any function with one text, to be filled in
 */
export function mendTree(tree: CelExpression, call: () => CelExpression): void {
  for (const child of childrenOf(tree)) mendTree(child, call);
  const { exprKind } = tree;
  if (exprKind.case === 'callExpr') {
    const { value } = exprKind;
    if (value.function === '_[_]') value.function = itemFunction;
    if (value.function === 'matches' && value.target === undefined && value.args.length === 2) value.target = value.args.shift();
  }
  if (exprKind.case !== 'selectExpr' || !exprKind.value.testOnly || exprKind.value.operand === undefined) return;
  const { operand, field } = exprKind.value;
  const has = call();
  if (has.exprKind.case !== 'callExpr') throw new TypeError('a call must be given to be filled in');
  const [text] = has.exprKind.value.args;
  if (text?.exprKind.case !== 'constExpr') throw new TypeError('a call with one text must be given');
  text.exprKind.value.constantKind = { case: 'stringValue', value: field };
  has.exprKind.value.function = hasFunction;
  has.exprKind.value.args = [operand, text];
  tree.exprKind = has.exprKind;
}

function childrenOf({ exprKind }: CelExpression): CelExpression[] {
  const present = (parts: readonly (CelExpression | undefined)[]) => parts.filter((part) => part !== undefined);
  switch (exprKind.case) {
    case 'selectExpr':
      return present([exprKind.value.operand]);
    case 'callExpr':
      return present([exprKind.value.target, ...exprKind.value.args]);
    case 'listExpr':
      return [...exprKind.value.elements];
    case 'structExpr':
      return exprKind.value.entries.flatMap(({ keyKind, value }) =>
        present([keyKind.case === 'mapKey' ? keyKind.value : undefined, value]),
      );
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return present([iterRange, accuInit, loopCondition, loopStep, result]);
    }
    default:
      return [];
  }
}
