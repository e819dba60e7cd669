import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

/** The programs of the laboratory, all built from the sources that scripts/lab/control-plane/go.mod pins. */
export interface Binaries {
  /** etcd, kube-apiserver, kubelet, kubectl and so on, by its first argument. */
  readonly kube: string;
  readonly kedaOperator: string;
  readonly kedaAdapter: string;
  /** Files and folders with definitions of resources that are not Kubernetes' own. */
  readonly definitions: readonly string[];
  /** The contract between a kubelet and whatever runs its containers. */
  readonly criProto: string;
}

const source = join(import.meta.dirname, 'control-plane');
const keda = 'github.com/kedacore/keda/v2';
const prometheusOperator = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';
const setVersion = '-X k8s.io/component-base/version';

/**
 * Builds what is missing: a quarter of an hour of two cores the first time, and 7 GB of Go's caches; seconds later on.
 * @param say what takes long
 */
export async function buildBinaries(say: (what: string) => void): Promise<Binaries> {
  const pinned = await Promise.all(['go.mod', 'go.sum', 'kube.go', 'streams.go'].map((name) => readFile(join(source, name))));
  const key = createHash('sha256').update(Buffer.concat(pinned)).digest('hex').slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'scale-kubernetes-lab', key);
  await mkdir(cache, { recursive: true });
  const version = (await go('list', '-m', '-f', '{{.Version}}', 'k8s.io/kubernetes')).trim();
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const stamped = `-s -w ${setVersion}.gitVersion=${version} ${setVersion}.gitMajor=${major} ${setVersion}.gitMinor=${minor}`;
  const built = async (name: string, flags: string, what: string): Promise<string> => {
    const binary = join(cache, name);
    if (await isThere(binary)) return binary;
    say(`building ${name} from source`);
    // A build that is broken off leaves nothing under the name.
    await go('build', '-trimpath', `-ldflags=${flags}`, '-o', `${binary}.part`, what);
    await rename(`${binary}.part`, binary);
    return binary;
  };
  const folderOf = async (module: string) => (await go('list', '-m', '-f', '{{.Dir}}', module)).trim();
  const prometheus = join(await downloaded(prometheusOperator), 'example/prometheus-operator-crd');
  return {
    kube: await built('kube', stamped, '.'),
    kedaAdapter: await built('keda-adapter', '-s -w', `${keda}/cmd/adapter`),
    kedaOperator: await built('keda-operator', '-s -w', `${keda}/cmd/operator`),
    definitions: [
      join(await folderOf(keda), 'config/crd/bases'),
      ...['podmonitors', 'prometheusrules'].map((name) => join(prometheus, `monitoring.coreos.com_${name}.yaml`)),
    ],
    criProto: join(await folderOf('k8s.io/cri-api'), 'pkg/apis/runtime/v1/api.proto'),
  };
}

/** A module that is only read. @returns its folder */
async function downloaded(module: string): Promise<string> {
  const found = await run('go', ['mod', 'download', '-json', module], { cwd: '/' });
  return (JSON.parse(found) as { Dir: string }).Dir;
}

function go(...words: string[]): Promise<string> {
  return run('go', words, { cwd: source, env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' } });
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
