import type { Operator } from '../domain/operators/operator.ts';
import type { OperatorRegistry } from '../domain/operators/registry.ts';
import type { CodeRunner } from '../domain/ports.ts';
import { attribute } from '../shared/telemetry/conventions.ts';
import { inSpan } from '../shared/telemetry/tracing.ts';

/** The same operators; each use of one is a span. */
export function tracedOperators(operators: OperatorRegistry): OperatorRegistry {
  const traced = ({ run, ...operator }: Operator): Operator => ({
    ...operator,
    run: (inputs, context) =>
      inSpan(
        () => ({ name: `operator ${operator.name}`, attributes: { [attribute.operator]: operator.name } }),
        () => run(inputs, context),
      ),
  });
  return new Map([...operators].map(([name, operator]) => [name, traced(operator)]));
}

/** The same runner; each program is a span, without a word of it. */
export function tracedPrograms(code: CodeRunner): CodeRunner {
  return {
    run: (program, signal) =>
      inSpan({ name: 'sandbox' }, async (span) => {
        const verdict = await code.run(program, signal);
        const { kind, isolation, cpuMs } = verdict;
        span.set({ [attribute.verdict]: kind, [attribute.isolation]: isolation, [attribute.cpuMs]: Math.round(cpuMs) });
        return verdict;
      }),
  };
}
