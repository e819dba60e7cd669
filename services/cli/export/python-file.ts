import { instruction as answerGenerate } from '../../domain/operators/answer-generate.ts';
import { instruction as customCodeGenerate } from '../../domain/operators/custom-code-generate.ts';
import { instruction as format } from '../../domain/operators/format.ts';
import { instruction as mdEnsemble } from '../../domain/operators/md-ensemble.ts';
import { instruction as programmer } from '../../domain/operators/programmer.ts';
import { instruction as review } from '../../domain/operators/review.ts';
import { instruction as revise } from '../../domain/operators/revise.ts';
import { instruction as scEnsemble } from '../../domain/operators/sc-ensemble.ts';
import { instruction as test } from '../../domain/operators/test.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { readPythonParts } from './python-parts.ts';
import { pythonLines, pythonText, pythonValue } from './python-text.ts';
import { pythonWorkflow } from './python-workflow.ts';

export interface PythonExport {
  /** Of the file, for its user to call it. */
  readonly fileName: string;
  readonly workflow: Workflow;
  /** The fields of a query. */
  readonly inputs: readonly string[];
  readonly model: ModelSettings;
  /** Where the model is served; absent where only the file's user knows. */
  readonly server?: { readonly baseUrl: string; readonly apiKeyVariable: string };
  /** Comments of Python, a line each, that say where the workflow is from. */
  readonly provenance: string;
}

/** What every file may import, so none can have such a name. */
export const modules: readonly string[] = (
  'argparse asyncio collections contextlib dataclasses decimal functools hashlib json math os re signal subprocess sys ' +
  'tempfile unicodedata'
).split(' ');

/**
 * One Python file that needs the `openai` package alone and gives the interpreter's answers for the same replies.
 * @throws CliError for an operator that has no Python form
 */
export async function pythonFile(exported: PythonExport): Promise<string> {
  const { fileName, workflow, inputs, model, server, provenance } = exported;
  const instructions = {
    ...{ answerGenerate, scEnsemble, mdEnsemble, review, revise },
    ...{ format, programmer, customCodeGenerate, test },
  };
  const parts = await readPythonParts(
    Object.fromEntries(
      Object.entries(instructions).map(([name, text]) => [
        name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        pythonLines(text, 0),
      ]),
    ),
  );
  const written = pythonWorkflow(workflow, inputs, parts.names);
  const runtime = parts.neededBy(written);
  const runsPrograms = runtime.includes('async def run_program(');
  const settings = settingsOf(workflow, inputs, model, server);
  const body = `${settings}\n\n# --- The workflow ---\n\n\n${written}\n\n\n${runtime}`;
  const used = modules.filter((name) => new RegExp(`\\b${name}\\.`).test(body));
  return `${headOf(fileName, inputs, runsPrograms)}\n\n${provenance}\n${used.map((name) => `import ${name}\n`).join('')}\nimport openai\n\n${body}`;
}

/** Of a docstring, which a field's name must not end: `pythonText` leaves no quote, backslash or line end bare. */
function headOf(fileName: string, inputs: readonly string[], runsPrograms: boolean): string {
  const [only = 'question'] = inputs;
  const query =
    inputs.length === 1 ? '"What is 3 plus 4?"' : `{${inputs.map((input) => `${pythonText(input)}: "…"`).join(', ')}}`;
  const module = fileName.replace(/\.py$/, '');
  const names = inputs.map((input) => pythonText(input).slice(1, -1));
  const line = inputs.length === 1 ? `a text or {${pythonText(only)}: "…"}` : `an object with ${names.join(', ')}`;
  const programs = runsPrograms
    ? `
The workflow runs Python programs that the model writes. They have limits of time and memory, but the rights of this process: run
the file in a container, and allow them with --run-programs or answer(…, run_programs=True). Without that it stops before the first.
`
    : '';
  return `"""Answers a query by a workflow that SCALE has written out. It needs Python 3.10 and the openai package alone.

    pip install openai
    python ${fileName} ${inputs.length === 1 ? query : `'${query}'`}
    python ${fileName} < queries.jsonl > answers.jsonl   # a query a line: ${line}

    from ${module} import answer
    answer(${query}).text

The server is CLIENT's below, unless the variable OPENAI_BASE_URL names another. The same replies give the same answers as in SCALE.
${programs}"""`;
}

function settingsOf(
  workflow: Workflow,
  inputs: readonly string[],
  { model, temperature, topP, maxTokens, chatTemplateKwargs, sendSeed, joinSamples }: ModelSettings,
  server: PythonExport['server'],
): string {
  const address = server === undefined ? '' : `, ${pythonText(server.baseUrl)}`;
  const key =
    server === undefined || server.apiKeyVariable === '' ? '' : `os.environ.get(${pythonText(server.apiKeyVariable)}) or `;
  return `# --- Settings, as the workflow was executed with them; None: left to the server ---

MODEL = ${pythonText(model)}
TEMPERATURE, TOP_P, MAX_TOKENS = ${pythonValue(temperature)}, ${pythonValue(topP)}, ${maxTokens}
CHAT_TEMPLATE_KWARGS = ${pythonValue(chatTemplateKwargs)}
# A seed of its own goes with each call; first calls of parallel branches are asked for together.
SEND_SEED, JOIN_SAMPLES = ${pythonValue(sendSeed)}, ${pythonValue(joinSamples === true)}
CLIENT = {
    "base_url": os.environ.get("OPENAI_BASE_URL"${address}),
    "api_key": ${key}os.environ.get("OPENAI_API_KEY", "none"),
    "timeout": 600,
    "max_retries": 5,
}
INPUTS = ${pythonValue(inputs)}
WORKFLOW = ${pythonText(canonicalHash(workflow))}  # its hash
`;
}
