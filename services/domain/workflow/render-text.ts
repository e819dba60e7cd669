import type { Step, Workflow } from './workflow.ts';

/** A workflow as a readable outline: its steps, then its prompts. */
export function renderText(workflow: Workflow): string {
  const prompts = Object.entries(workflow.prompts).flatMap(([name, prompt]) => [
    `prompt ${name}:`,
    ...prompt
      .trimEnd()
      .split('\n')
      .map((line) => indented(line, 1)),
  ]);
  return [...stepLines(workflow.steps, 0), ...prompts].map((line) => line.trimEnd()).join('\n');
}

const indented = (line: string, depth: number) => '  '.repeat(depth) + line;

function stepLines(steps: readonly Step[], depth: number): string[] {
  return steps.flatMap((step) => renderStep(step, depth));
}

function renderStep(step: Step, depth: number): string[] {
  const line = (text: string, extra = 0) => indented(text.replaceAll('\n', '\\n'), depth + extra);
  const body = (inner: readonly Step[]) => stepLines(inner, depth + 1);
  const yields = (value: string | undefined) => (value === undefined ? [] : [line(`yield ${value.trim()}`, 1)]);
  switch (step.kind) {
    case 'call': {
      const inputs = Object.entries(step.inputs).map(([input, template]) => `${input}: ${template.trim()}`);
      return [line(`${step.id} = ${step.operator}(${inputs.join(', ')})`)];
    }
    case 'set':
      return [line(`${step.id} = ${step.value.trim()}`)];
    case 'parallel':
      return [line(`${step.id} = ${step.times} times at once:`), ...body(step.steps), ...yields(step.yield)];
    case 'map':
      return [
        line(`${step.id} = for each ${step.item} of ${step.over.trim()}, at most ${step.max}, at once:`),
        ...body(step.steps),
        ...yields(step.yield),
      ];
    case 'if':
      return [
        line(`if ${step.condition}:`),
        ...body(step.then),
        ...(step.else.length === 0 ? [] : [line('else:'), ...body(step.else)]),
      ];
    case 'loop':
      return [line(`while ${step.condition}, at most ${step.max} times:`), ...body(step.steps)];
    case 'return':
      return [line(`return ${step.value.trim()}`)];
  }
}
