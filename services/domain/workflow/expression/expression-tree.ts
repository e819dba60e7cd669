import type { parse } from '@bufbuild/cel';

/** A parsed expression in a few shapes, which the checks and the canonical form read. Macros are comprehensions here. */
export type ExpressionNode =
  | { readonly kind: 'constant'; readonly type: 'text' | 'int' | 'uint' | 'double' | 'boolean' | 'null'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  /** x.field, or has(x.field) if `test`. */
  | { readonly kind: 'field'; readonly of: ExpressionNode; readonly field: string; readonly test: boolean }
  | CallNode
  | { readonly kind: 'list'; readonly items: readonly ExpressionNode[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [ExpressionNode, ExpressionNode])[] }
  | ComprehensionNode;

export interface CallNode {
  readonly kind: 'call';
  /** "size", or an operator's CEL name such as "_&&_". */
  readonly function: string;
  readonly target: ExpressionNode | undefined;
  readonly arguments: readonly ExpressionNode[];
}

/** all, exists, exists_one, map and filter: a fold of a list into an accumulator. */
export interface ComprehensionNode {
  readonly kind: 'comprehension';
  readonly variable: string;
  readonly accumulator: string;
  readonly over: ExpressionNode;
  readonly start: ExpressionNode;
  readonly condition: ExpressionNode;
  readonly step: ExpressionNode;
  readonly result: ExpressionNode;
}

type CelExpression = ReturnType<typeof parse>['expr'];

/** Nested macros multiply: two levels over lists of 200 are 40000 steps, which is enough. */
const macroDepth = 2;

/** Converts the evaluator's tree; what the language leaves out of CEL is refused with `refuse`. */
export function expressionTree(root: CelExpression, refuse: (why: string) => Error): ExpressionNode {
  const convert = (expression: CelExpression | undefined, depth: number): ExpressionNode => {
    const kind = expression?.exprKind;
    const each = (list: readonly CelExpression[]) => list.map((item) => convert(item, depth));
    switch (kind?.case) {
      case 'constExpr':
        return constantNode(kind.value.constantKind, refuse);
      case 'identExpr':
        return { kind: 'name', name: kind.value.name };
      case 'selectExpr':
        return { kind: 'field', of: convert(kind.value.operand, depth), field: kind.value.field, test: kind.value.testOnly };
      case 'callExpr': {
        const { function: name, target, args } = kind.value;
        return { kind: 'call', function: name, target: target && convert(target, depth), arguments: each(args) };
      }
      case 'listExpr':
        return { kind: 'list', items: each(kind.value.elements) };
      case 'structExpr':
        if (kind.value.messageName !== '') throw refuse(`there is no message type "${kind.value.messageName}"`);
        return {
          kind: 'map',
          entries: kind.value.entries.map(({ keyKind, value }) => {
            if (keyKind.case !== 'mapKey') throw refuse('the keys of a map must be texts');
            return [convert(keyKind.value, depth), convert(value, depth)] as const;
          }),
        };
      case 'comprehensionExpr': {
        if (depth >= macroDepth) throw refuse(`macros are nested more than ${macroDepth} deep`);
        const { iterVar, iterVar2, accuVar, iterRange, accuInit, loopCondition, loopStep, result } = kind.value;
        if (iterVar2 !== '') throw refuse('a macro binds one name');
        const inside = (part: CelExpression | undefined) => convert(part, depth + 1);
        return {
          kind: 'comprehension',
          variable: iterVar,
          accumulator: accuVar,
          // The list itself is evaluated once, outside: chained macros are not nested.
          over: convert(iterRange, depth),
          start: inside(accuInit),
          condition: inside(loopCondition),
          step: inside(loopStep),
          result: inside(result),
        };
      }
      default:
        throw refuse('the expression is incomplete');
    }
  };
  return convert(root, 0);
}

type ConstantKind = Extract<CelExpression['exprKind'], { case: 'constExpr' }>['value']['constantKind'];

function constantNode(constant: ConstantKind, refuse: (why: string) => Error): ExpressionNode {
  switch (constant.case) {
    case 'stringValue':
      return { kind: 'constant', type: 'text', value: constant.value };
    case 'int64Value':
      if (BigInt.asIntN(64, constant.value) !== constant.value) throw refuse(`the number ${constant.value} is too large`);
      return { kind: 'constant', type: 'int', value: String(constant.value) };
    case 'uint64Value':
      if (BigInt.asUintN(64, constant.value) !== constant.value) throw refuse(`the number ${constant.value} is too large`);
      return { kind: 'constant', type: 'uint', value: String(constant.value) };
    case 'doubleValue':
      if (!Number.isFinite(constant.value)) throw refuse('a number of the expression is too large');
      return { kind: 'constant', type: 'double', value: String(constant.value) };
    case 'boolValue':
      return { kind: 'constant', type: 'boolean', value: String(constant.value) };
    case 'nullValue':
      return { kind: 'constant', type: 'null', value: 'null' };
    default:
      throw refuse('bytes are not part of the language');
  }
}
