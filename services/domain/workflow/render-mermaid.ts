import type { Step, Workflow } from './workflow.ts';

/**
 * A workflow as a Mermaid flowchart. Texts of the workflow appear only in labels, with every character escaped that could end
 * one.
 */
export function renderMermaid(workflow: Workflow): string {
  const drawing: Drawing = { lines: [], links: [], nodes: 0 };
  const start = node(drawing, '(["', 'query', '"])');
  const ends = drawSteps(workflow.steps, [{ from: start, label: '' }], drawing);
  if (ends.length > 0) link(drawing, ends, node(drawing, '(["', 'no answer', '"])'));
  return ['flowchart TD', ...drawing.lines, ...drawing.links].join('\n');
}

interface Drawing {
  readonly lines: string[];
  /** Drawn last: a node that a link names inside a subgraph would be pulled into it. */
  readonly links: string[];
  nodes: number;
}

/** An arrow still to be drawn. */
interface OpenEnd {
  readonly from: string;
  readonly label: string;
}

function node(drawing: Drawing, open: string, label: string, close: string): string {
  const id = `n${drawing.nodes++}`;
  drawing.lines.push(`  ${id}${open}${escaped(label)}${close}`);
  return id;
}

function link(drawing: Drawing, ends: readonly OpenEnd[], to: string): void {
  for (const { from, label } of ends) drawing.links.push(`  ${from} -->${label === '' ? '' : `|"${escaped(label)}"|`} ${to}`);
}

/** The arrows that lead out of the steps: none if they always return. */
function drawSteps(steps: readonly Step[], ends: readonly OpenEnd[], drawing: Drawing): readonly OpenEnd[] {
  return steps.reduce((open, step) => drawStep(step, open, drawing), ends);
}

function drawStep(step: Step, ends: readonly OpenEnd[], drawing: Drawing): readonly OpenEnd[] {
  switch (step.kind) {
    case 'call': {
      const call = node(drawing, '["', `${step.id}: ${step.operator}${promptLabel(step.inputs)}`, '"]');
      link(drawing, ends, call);
      return [{ from: call, label: '' }];
    }
    case 'set': {
      const set = node(drawing, '[/"', `${step.id} = ${step.value.trim()}`, '"/]');
      link(drawing, ends, set);
      return [{ from: set, label: '' }];
    }
    case 'parallel':
    case 'map': {
      const label =
        step.kind === 'parallel' ? `${step.id}: ${step.times} at once` : `${step.id}: each ${step.item} of ${step.over.trim()}`;
      return drawGroup(label, step.steps, ends, drawing);
    }
    case 'if': {
      const test = node(drawing, '{"', step.condition, '"}');
      link(drawing, ends, test);
      const then = drawSteps(step.then, [{ from: test, label: 'yes' }], drawing);
      return [...then, ...drawSteps(step.else, [{ from: test, label: 'no' }], drawing)];
    }
    case 'loop': {
      const test = node(drawing, '{{"', `while ${step.condition}, at most ${step.max} times`, '"}}');
      link(drawing, ends, test);
      link(drawing, drawSteps(step.steps, [{ from: test, label: 'yes' }], drawing), test);
      return [{ from: test, label: 'no' }];
    }
    case 'return':
      link(drawing, ends, node(drawing, '(["', `return ${step.value.trim()}`, '"])'));
      return [];
  }
}

/** A body that runs several times at once, in a frame of its own. */
function drawGroup(label: string, steps: readonly Step[], ends: readonly OpenEnd[], drawing: Drawing): readonly OpenEnd[] {
  drawing.lines.push(`  subgraph g${drawing.nodes}["${escaped(label)}"]`);
  const inner = drawSteps(steps, ends, drawing);
  drawing.lines.push('  end');
  return inner;
}

const promptLabel = (inputs: Readonly<Record<string, string>>) =>
  inputs.instruction === undefined ? '' : ` (${inputs.instruction.trim()})`;

const labelLength = 120;

/** Mermaid reads "#35;" as the character with that number; letters, digits and harmless characters stay. */
function escaped(label: string): string {
  const short = label.length > labelLength ? `${label.slice(0, labelLength)}…` : label;
  return [...short.replaceAll(/\s+/g, ' ')]
    .map((sign) => (/[\p{L}\p{N} _.,:=+*/?!()…-]/u.test(sign) ? sign : `#${sign.codePointAt(0)};`))
    .join('');
}
