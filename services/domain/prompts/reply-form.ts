import { parse } from 'yaml';
import { toJsonForm } from '../workflow/json-form.ts';
import { parseWorkflow } from '../workflow/parse-workflow.ts';
import type { Workflow } from '../workflow/workflow.ts';
import { jsonLanguageReference, languageReference } from './language-reference.ts';
import { workflowYaml } from './workflow-yaml.ts';

/** How the optimizer is shown workflows and asked to reply. What is asked of it is the same in all forms. */
export interface ReplyForm {
  readonly language: string;
  readonly reference: string;
  /** @param text a workflow in YAML */
  example(text: string): string;
  workflow(workflow: Workflow): string;
  /** What a proposal consists of. */
  request(modification: string, workflow: string): string;
  /** S_conf: the optimizer's prompt with one more question (the paper's "Output your confidence on the answer"). */
  readonly confidenceRequest: string;
  /** Ends the prompt. @param what the workflow that is wanted */
  lastLine(what: string): string;
  readonly predictionRequest: string;
  readonly lastPredictionLine: string;
}

/** Texts in tags, workflows in YAML: what any model can write. */
export const taggedForm: ReplyForm = {
  language: 'YAML',
  reference: languageReference,
  example: (text) => text,
  workflow: workflowYaml,
  request: (modification, workflow) => `Exactly these two tags and nothing else:
<modification>${modification}</modification>
<workflow>
${workflow} in YAML
</workflow>`,
  confidenceRequest: `# Confidence
Also output your confidence in this proposal: after the two tags, <confidence>a number from 0.0 to 1.0</confidence>.`,
  lastLine: (what) => `Now reply with <modification>…</modification> and <workflow>…</workflow>, ${what}.`,
  predictionRequest: `First explain briefly, then give one number from 0.0 to 1.0, in exactly this form:
<reason>the arguments for and against it</reason>
<box>0.85</box>`,
  lastPredictionLine: 'Now reply with <reason> and <box>.',
};

/** One JSON object, for a model that writes under the schemas of reply-schemas.ts. */
export const jsonForm: ReplyForm = {
  language: 'JSON',
  reference: jsonLanguageReference,
  example: (text) => {
    const parsed = parseWorkflow(parse(text));
    if (!parsed.ok) throw new RangeError(`an example in a prompt is no workflow: ${parsed.problems[0]?.message}`);
    return jsonText(parsed.workflow);
  },
  workflow: jsonText,
  request: (modification, workflow) => `One JSON object and nothing else:
{"modification": "${modification}", "workflow": {${workflow}}}`,
  confidenceRequest: `# Confidence
Also output your confidence in this proposal: a third field, "confidence": "a number from 0.0 to 1.0".`,
  lastLine: (what) => `Now reply with the JSON object of modification and workflow, ${what}.`,
  predictionRequest: `First explain briefly, then give one number from 0.0 to 1.0, in one JSON object and nothing else:
{"reason": "the arguments for and against it", "score": "0.85"}`,
  lastPredictionLine: 'Now reply with the JSON object of reason and score.',
};

function jsonText(workflow: Workflow): string {
  return JSON.stringify(toJsonForm(workflow));
}
