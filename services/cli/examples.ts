import type { Command } from 'commander';

/** What people type most, by command; each begins a line of its help. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  init: ['init tickets.csv', 'init tickets.csv --input Message --answer Team', 'init answers.parquet --yes --json'],
  run: [
    'run my-search.yaml --set search.max_rounds=5',
    'run examples/demo.yaml',
    'run my-search.yaml --executors 4 --json > result.json',
  ],
  sweep: ['sweep my-sweep.yaml', 'sweep my-sweep.yaml --server coordinator:7070 --detach', 'sweep status my-sweep'],
  list: ['list', 'list --label nightly --sort score', 'list --status interrupted'],
  serve: [
    'serve best.yaml --run-file my-search.yaml',
    'serve --run gsm8k --port 8080',
    'serve --router .scale/runs/gsm8k-0123456789ab/router.json',
  ],
  route: ['route fit gsm8k', 'route fit gsm8k --with eval-start eval-best --html', 'route eval router.json --split test'],
  label: ['label gsm8k nightly keep', 'label gsm8k --remove keep'],
  delete: ['delete gsm8k-0123456789ab --dry-run', 'delete gsm8k-0123456789ab'],
  prune: ['prune --older-than 30d --dry-run', 'prune --keep 3 --name nightly'],
  status: ['status', 'status gsm8k --json'],
  endpoints: ['endpoints'],
  watch: ['watch', 'watch gsm8k --server coordinator:7070'],
  dashboard: ['dashboard', 'dashboard gsm8k --open', 'dashboard --server coordinator:7070'],
  cancel: ['cancel gsm8k --reason "wrong model"'],
  pause: ['pause gsm8k --reason "the GPUs are needed elsewhere until six"'],
  resume: ['resume gsm8k'],
  share: ['share gsm8k --weight 4', 'share gsm8k --priority 10 --at-most 16'],
  limits: ['limits gsm8k', 'limits gsm8k --max-tokens 8000000 --until 07:00'],
  report: ['report gsm8k'],
  show: [
    'show gsm8k',
    'show gsm8k --round 6',
    'show gsm8k --query gsm8k-validate-12',
    'show gsm8k --round 6 --prompt',
    'show gsm8k --diff 1,6',
  ],
  export: [
    'export gsm8k > best.yaml',
    'export gsm8k --round 6',
    'export gsm8k --what executions --out gsm8k.parquet',
    'export gsm8k --python best_workflow.py',
    'export gsm8k --page gsm8k.html',
    'export best.yaml --run-file my-search.yaml --python best_workflow.py',
    'export gsm8k --what calls --format csv',
  ],
  memory: ['memory list', 'memory forget --benchmark gsm8k'],
  cache: ['cache show'],
  'dead-letters': ['dead-letters list', 'dead-letters retry --all', 'dead-letters drop execute-0123456789abcdef-7-0'],
  audit: ['audit --last 20', 'audit --json > deeds.json'],
  backup: ['backup nightly.scale', 'backup gsm8k.scale --run gsm8k --server coordinator:7070'],
  restore: ['restore nightly.scale --check', 'restore nightly.scale --server coordinator:7070'],
  eval: ['eval --run gsm8k', 'eval best.yaml --benchmark gsm8k --repeat 2'],
  compare: ['compare tickets', 'compare eval-a eval-b'],
  rescore: ['rescore answers.jsonl --benchmark math --scorer strict'],
  validate: ['validate my-search.yaml my-workflow.yaml'],
  schema: ['schema run-file > run-file.schema.json', 'schema --out schemas'],
  doctor: ['doctor', 'doctor --run-file my-search.yaml'],
  'nats-config': ['nats-config > accounts.conf', 'nats-config --json'],
  data: ['data list', 'data pull gsm8k mbpp', 'data verify'],
  'simulate-model': ['simulate-model --port 8000 --seed 1'],
  replay: ['replay', 'replay --methods few-shot,rasch --picks argmax,halving'],
  experiment: ['experiment methods --quick', 'experiment methods --benchmarks gsm8k,mbpp --seeds 10'],
  bench: ['bench replay --seconds 5'],
  completion: ['completion bash >> ~/.bashrc'],
};

/** @param scale what starts the program here */
export function addExamples(command: Command, scale: string): void {
  const lines = (examples[command.name()] ?? []).map((words) => `  ${scale} ${words}`);
  if (lines.length > 0) command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
