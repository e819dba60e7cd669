// Answers the questions of a file, a line each, by a workflow: the package alone, no server of SCALE's and no cluster.
//   npm install scale-search openai
//   BASE_URL=http://127.0.0.1:8000/v1 node answer.mjs workflow.yaml questions.txt > answers.jsonl
import { readFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { chatClient, createSandbox, runWorkflow } from 'scale-search';

const [workflowFile, questionsFile] = process.argv.slice(2);
const server = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: process.env.OPENAI_API_KEY ?? 'none', maxRetries: 5 });
const workflow = await readFile(workflowFile, 'utf8');
const questions = (await readFile(questionsFile, 'utf8')).split('\n').filter((line) => line.trim() !== '');

// Programs that the model writes run here; the sandbox is set up when the first one comes.
const code = createSandbox({ environment: process.env });
const atOnce = 8;
let spent = 0;
let next = 0;

async function answerSome() {
  while (next < questions.length) {
    const index = next++;
    // A key of its own for each question: the same file gives the same seeds.
    const client = chatClient(server, {
      model: process.env.MODEL ?? 'qwen-plus',
      temperature: 0,
      maxTokens: 1024,
      seed: [1, index],
    });
    const { answer, failure, usage } = await runWorkflow(workflow, { question: questions[index] }, client, { code, seed: index });
    spent += usage.promptTokens + usage.completionTokens;
    process.stdout.write(
      `${JSON.stringify({ question: questions[index], answer, ...(failure && { failure: failure.kind }) })}\n`,
    );
  }
}

try {
  await Promise.all(Array.from({ length: atOnce }, answerSome));
} finally {
  await code.close();
}
process.stderr.write(`${questions.length} answers, ${spent} tokens\n`);
