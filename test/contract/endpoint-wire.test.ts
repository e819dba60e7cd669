import { loadBenchmark } from '../../services/shared/benchmarks/load-benchmark.ts';
import { knownQueries } from '../../services/simulator/difficulty.ts';
import { startSimulator } from '../../services/simulator/start-simulator.ts';
import { endpointContract, type WireServer } from './endpoint.contract.ts';

/** With SCALE_WIRE_URL=http://host:port/v1 the suite runs against that server, and its first model, instead of the simulator. */
const url = process.env.SCALE_WIRE_URL;

async function simulator(): Promise<WireServer> {
  const benchmark = await loadBenchmark({ name: 'sample', split: 'validate', folder: '' });
  const started = await startSimulator({ known: knownQueries(benchmark), models: ['qwen3-8b'] });
  return { url: started.url, model: 'qwen3-8b', simulated: true, stop: () => started.stop() };
}

async function running(base: string): Promise<WireServer> {
  const response = await fetch(`${base}/models`);
  const listed = (await response.json()) as { readonly data: readonly { readonly id: string }[] };
  const model = listed.data[0]?.id;
  if (model === undefined) throw new Error(`${base} serves no model`);
  return { url: base, model, simulated: false, stop: async () => {} };
}

endpointContract(url ?? 'the simulated model', () => (url === undefined ? simulator() : running(url)));
