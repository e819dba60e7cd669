import type { Step, Workflow } from '../../domain/workflow/workflow.ts';
import { workflowFileText } from '../../shared/benchmarks/workflow-file-text.ts';
import type { WorkflowGraph, WorkflowNode, WorkflowShown } from '../api/workflow-shown.ts';

export function workflowShown(workflow: Workflow, hash: string): WorkflowShown {
  return { hash, source: workflowFileText(workflow), graph: workflowGraph(workflow) };
}

type Edge = WorkflowGraph['edges'][number];
type Frame = WorkflowGraph['frames'][number];

interface Drawing {
  readonly nodes: WorkflowNode[];
  readonly edges: Edge[];
  readonly frames: Frame[];
}

/** An arrow still to be drawn. */
interface OpenEnd {
  readonly from: string;
  readonly label?: string;
}

/** The same picture as renderMermaid's, for who draws it without Mermaid. */
export function workflowGraph(workflow: Workflow): WorkflowGraph {
  const drawing: Drawing = { nodes: [], edges: [], frames: [] };
  const start = draw(drawing, [], { kind: 'start', label: 'query' }, undefined);
  const ends = drawSteps(workflow.steps, [{ from: start }], drawing, undefined);
  if (ends.length > 0) draw(drawing, ends, { kind: 'no-answer', label: 'no answer' }, undefined);
  return drawing;
}

function draw(
  { nodes, edges }: Drawing,
  ends: readonly OpenEnd[],
  node: Omit<WorkflowNode, 'id' | 'frame'>,
  frame: string | undefined,
): string {
  const id = `n${nodes.length}`;
  nodes.push({ id, ...node, ...(frame !== undefined && { frame }) });
  for (const { from, label } of ends) edges.push({ from, to: id, ...(label !== undefined && { label }) });
  return id;
}

/** The arrows that lead out of the steps: none if they always return. */
function drawSteps(steps: readonly Step[], ends: readonly OpenEnd[], drawing: Drawing, frame: string | undefined) {
  return steps.reduce((open, step) => drawStep(step, open, drawing, frame), ends);
}

function drawStep(step: Step, ends: readonly OpenEnd[], drawing: Drawing, frame: string | undefined): readonly OpenEnd[] {
  switch (step.kind) {
    case 'call': {
      const { id, operator, inputs } = step;
      const detail = inputs.instruction === undefined ? {} : { detail: inputs.instruction.trim() };
      return [{ from: draw(drawing, ends, { kind: 'call', label: id, operator, ...detail }, frame) }];
    }
    case 'set':
      return [{ from: draw(drawing, ends, { kind: 'set', label: step.id, detail: step.value.trim() }, frame) }];
    case 'parallel':
      return drawFrame(`${step.id}: ${step.times} at once`, step.steps, ends, drawing, frame);
    case 'map':
      return drawFrame(`${step.id}: each ${step.item} of ${step.over.trim()}`, step.steps, ends, drawing, frame);
    case 'if': {
      const test = draw(drawing, ends, { kind: 'question', label: step.condition }, frame);
      const then = drawSteps(step.then, [{ from: test, label: 'yes' }], drawing, frame);
      return [...then, ...drawSteps(step.else, [{ from: test, label: 'no' }], drawing, frame)];
    }
    case 'loop': {
      const label = `while ${step.condition}, at most ${step.max} times`;
      const test = draw(drawing, ends, { kind: 'loop', label }, frame);
      const back = drawSteps(step.steps, [{ from: test, label: 'yes' }], drawing, frame);
      for (const { from, label: on } of back) drawing.edges.push({ from, to: test, ...(on !== undefined && { label: on }) });
      return [{ from: test, label: 'no' }];
    }
    case 'return':
      draw(drawing, ends, { kind: 'return', label: 'return', detail: step.value.trim() }, frame);
      return [];
  }
}

/** A body that runs several times at once. */
function drawFrame(
  label: string,
  steps: readonly Step[],
  ends: readonly OpenEnd[],
  drawing: Drawing,
  inside: string | undefined,
): readonly OpenEnd[] {
  const id = `f${drawing.frames.length}`;
  drawing.frames.push({ id, label, ...(inside !== undefined && { inside }) });
  return drawSteps(steps, ends, drawing, id);
}
