import type { DocumentedCommand } from './documented-commands.ts';

/** Why a command is not run here; what it calls of scale is parsed all the same. */
interface NotHere {
  /** Of the command's page and text, as in "docs/data.md: scale data pull". */
  readonly command: RegExp;
  readonly why: string;
}

/** The first that fits counts. */
const notHere: readonly NotHere[] = [
  { command: /: (?:ENDPOINTS=\S+ )?docker |\n\s*docker /, why: 'needs Docker: test/container runs images and compose' },
  { command: /: (?:kubectl|kind) /, why: 'needs Kubernetes: scripts/kubernetes-lab runs the overlays' },
  { command: /: scripts\/(?:kubernetes-lab|build-images)\b/, why: 'builds images, or needs Kubernetes' },
  {
    command: /: (?:k8s\/create-secrets|deploy\/certificates) /,
    why: 'writes secrets into the clone: a test of its own runs it on a copy',
  },
  { command: /^k8s\/README\.md: (?:export|REGISTRY=|SCALE_SERVER|sed |scripts\/scale )/, why: 'needs the cluster of its page' },
  { command: /^docs\/deploying\.md: (?:export|echo|scale) ?/, why: 'needs the cluster of its page' },
  { command: /: git clone /, why: 'asks the code host: scripts/newcomer clones this folder instead' },
  { command: /: scripts\/(?:setup|demo|test)$/, why: 'sets the clone up: the first steps of CI and of scripts/newcomer' },
  { command: /: (?:npx )?vitest |: npm run |: scripts\/(?:reliability|soak)\b/, why: 'runs tests, or takes long' },
  { command: /: node (?:scripts|test)\//, why: 'takes minutes, or changes pages: a script for developers' },
  { command: /: (?:pip|python) /, why: 'needs the openai package for Python: test/integration runs exported files with it' },
  { command: /: python3 -m pip /, why: 'asks a registry, and writes outside of the folder' },
  {
    command: /: (?:scripts\/)?scale data (?:pull|import)|scale rescore/,
    why: 'needs releases or records that are in no clone; their tests make some up',
  },
  {
    command: /: scale (?:replay|bench|experiment)\b/,
    why: 'takes minutes, or needs recorded searches: tests of its own run a small form',
  },
  { command: /: scale simulate-model /, why: 'listens at a fixed port: tests of its own start it at a free one' },
  { command: /: scale restore .*:7070/, why: 'needs an empty cluster elsewhere: test/e2e/backup.test.ts has one' },
  {
    command: /: scale data verify/,
    why: 'ends with 1 where a file is missing: test/integration verifies releases that it makes up',
  },
  {
    command: /: scale (?:sweep (?:pause|resume|cancel)|share (?:sweep|overnight))/,
    why: 'needs a sweep under way: test/e2e/steered-sweep.test.ts steers one',
  },
  { command: /: scale (?:run|eval|validate) .*examples\/gsm8k\.yaml/, why: "needs GSM8K's files, which are in no clone" },
  {
    command: /^docs\/cli\.md: scale compare /,
    why: 'needs evaluations of these names: docs/eval.md and the quick start have theirs run',
  },
  { command: /^docs\/cli\.md: scale memory forget/, why: 'forgets a run that is deleted further up: docs/memory.md has it run' },
  { command: /: scale eval .* --require/, why: 'a gate, which ends with 6 where it does not hold: its tests run both' },
  { command: /: scale eval .* --benchmark math/, why: "needs MATH's files and a Python" },
  {
    command: /: scale dead-letters (?:show|retry --run|drop)/,
    why: 'needs a job that failed three times: test/integration makes one',
  },
  {
    command: /^docs\/sharing\.md: (?:SCALE_TEAMS_FILE|export|scale share .*7070)/,
    why: 'starts a coordinator at a fixed port, and is refused',
  },
  { command: /^docs\/(?:eval|endpoints)\.md: scale compare main\.jsonl/, why: 'needs the records of an earlier commit' },
  { command: /: scale (?:dashboard|watch)\b/, why: 'goes on until it is interrupted: a test of its own interrupts it' },
  {
    command: /: scale (?:route (?:fit|eval)|serve --router)\b/,
    why: 'needs a run with 20 queries in common: test/integration/cli/route.test.ts goes from a search to a server',
  },
  { command: /: curl /, why: 'asks a server at a fixed port: scripts/newcomer and test/integration ask one at a free one' },
  { command: /: scale completion .*~/, why: "writes into the reader's home: test/integration starts each shell with it" },
  { command: /: scale doctor --server/, why: 'needs a deployment' },
  { command: /: scale serve .*--cluster/, why: 'needs a cluster: test/integration/cli/serve-cluster-faults.test.ts has one' },
  {
    command: /: scale doctor --run-file|README\.md: scripts\/scale (?:eval --run|run) my-search/,
    why: 'needs the model server that the page makes up',
  },
  {
    command: /^docs\/tracing\.md: OTEL_EXPORTER_OTLP_ENDPOINT=\S+ scale/,
    why: 'needs a collector of traces: a test of its own starts one',
  },
];

/** Says why a command is not run, or undefined for one that is. */
export function whyNotRun({ page, text }: DocumentedCommand): string | undefined {
  return notHere.find(({ command }) => command.test(`${page}: ${text}`))?.why;
}

/** Rules that no command needs any more. */
export function rulesWithoutUse(commands: readonly DocumentedCommand[]): string[] {
  return notHere
    .filter(({ command }) => !commands.some(({ page, text }) => command.test(`${page}: ${text}`)))
    .map(({ command }) => String(command));
}
