import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { type Manifest, Rendered } from './manifest.ts';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../../..');

/** The command that renders, found or brought by scripts/setup-kustomize; undefined on a machine that has and gets none. */
export async function findKustomize(): Promise<readonly string[] | undefined> {
  try {
    const { stdout } = await run(join(project, 'scripts/setup-kustomize'));
    return stdout.trim().split(' ');
  } catch (error) {
    console.warn((error as { stderr?: string }).stderr);
    return undefined;
  }
}

/** Renders a folder with a kustomization, given from the project's. */
export async function render(kustomize: readonly string[], folder: string): Promise<Rendered> {
  const [program = '', ...given] = kustomize;
  const { stdout } = await run(program, [...given, join(project, folder)], { maxBuffer: 64 * 1024 ** 2 });
  const documents = parseAllDocuments(stdout);
  return new Rendered(documents.map((document) => document.toJS() as Manifest));
}

/** Renders an overlay with more components, as a user would list them. */
export async function renderWith(
  kustomize: readonly string[],
  overlay: string,
  components: readonly string[],
): Promise<Rendered> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-kustomize-'));
  try {
    const from = (path: string) => relative(folder, join(project, 'k8s', path));
    // What a user lists stands in the overlay itself, whose images then count.
    const { images } = parse(await readFile(join(project, 'k8s/overlays', overlay, 'kustomization.yaml'), 'utf8')) as {
      readonly images: readonly { readonly name: string }[];
    };
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: 'scale',
      labels: [{ pairs: { 'app.kubernetes.io/part-of': 'scale' }, includeTemplates: true }],
      images,
      resources: [from(`overlays/${overlay}`)],
      components: components.map((component) => from(`components/${component}`)),
    };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return await render(kustomize, relative(project, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
