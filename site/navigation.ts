/** A page by its path from the top of the project, with an anchor if only a part of it is meant. */
export interface Entry {
  readonly text: string;
  readonly page: string;
}

export interface Group {
  readonly text: string;
  readonly entries: readonly Entry[];
}

const doc = (text: string, name: string): Entry => ({ text, page: `docs/${name}` });

/** By what a reader wants to do. Every page of docs/ stands here; a test holds that. */
export const navigation: readonly Group[] = [
  {
    text: 'Start',
    entries: [
      { text: 'What it is', page: 'README.md' },
      doc('Quick start', 'quick-start.md'),
      doc('Reading a report', 'reading-a-report.md'),
      doc('Words', 'glossary.md'),
      doc('AFlow, DSPy, GEPA and SCALE', 'comparison.md'),
    ],
  },
  {
    text: 'Something of your own',
    entries: [
      doc('Your own benchmark', 'benchmarks.md#a-benchmark-of-your-own'),
      doc('How answers are scored', 'scoring.md'),
      doc('Your own operator', 'extending.md#an-operator'),
      doc('Your own evaluation method', 'extending.md#an-evaluation-method'),
      doc('Your own scorer', 'extending.md#a-scorer'),
      doc('Everything that can be added', 'extending.md'),
    ],
  },
  {
    text: 'Search',
    entries: [
      doc('Benchmarks', 'benchmarks.md'),
      doc('Their data', 'data.md'),
      doc('Model servers', 'endpoints.md'),
      doc('Batches', 'batches.md'),
      doc('Evaluation methods', 'estimators.md'),
      doc('Several rounds at once', 'parallelism.md'),
      doc('Sweeps', 'sweeps.md'),
      doc('The dashboard', 'dashboard.md'),
      doc('Memory of earlier runs', 'memory.md'),
      doc('What counts as a failure', 'failures.md'),
      doc('The sandbox', 'sandbox.md'),
      doc('The simulated model', 'simulated-model.md'),
    ],
  },
  {
    text: 'What it costs',
    entries: [doc('Charged and spent', 'ledger.md'), doc('In money', 'prices.md'), doc('Limits', 'limits.md')],
  },
  {
    text: 'Use what was found',
    entries: [
      doc('Evaluate and compare', 'eval.md'),
      doc('Analyse the data', 'data-columns.md'),
      doc('Serve it', 'serve.md'),
      doc('Route each query', 'routing.md'),
      doc('The library', 'library.md'),
      doc('As a Python file', 'python.md'),
    ],
  },
  {
    text: 'Reference',
    entries: [
      doc('The command line', 'cli.md'),
      doc('The run file', 'run-file.md'),
      doc('The workflow language', 'workflows.md'),
      doc('Its reference', 'language.md'),
      doc('Services and variables', 'services.md'),
    ],
  },
  {
    text: 'Operate a cluster',
    entries: [
      doc('Docker', 'deploying.md'),
      { text: 'Kubernetes in ten minutes', page: 'k8s/README.md' },
      doc('Kubernetes, how it is built', 'kubernetes.md'),
      doc('Autoscaling', 'autoscaling.md'),
      doc('Keys, TLS and roles', 'security.md'),
      doc('Sharing among runs and teams', 'sharing.md'),
      doc('Metrics, dashboard, alerts', 'operating.md'),
      doc('Traces and logs', 'tracing.md'),
      doc('Webhooks', 'webhooks.md'),
      doc('Backups', 'backups.md'),
      doc('What is kept', 'retention.md'),
      doc('Upgrades', 'upgrading.md'),
    ],
  },
  {
    text: 'How well it works',
    entries: [
      doc('Replay of recorded searches', 'replay.md'),
      doc('Experiments', 'experiments.md'),
      doc('Performance', 'performance.md'),
      doc('Performance, cause by cause', 'performance-causes.md'),
      doc('Performance, tried in vain', 'performance-tried.md'),
      doc('Reliability', 'reliability.md'),
    ],
  },
  {
    text: 'Build on it',
    entries: [
      doc('Architecture', 'architecture.md'),
      doc('The simulated cluster', 'simulation.md'),
      { text: 'Contributing', page: 'CONTRIBUTING.md' },
      doc('These pages', 'site.md'),
      { text: 'Changes', page: 'CHANGELOG.md' },
    ],
  },
];
