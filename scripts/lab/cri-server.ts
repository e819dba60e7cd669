import { loadPackageDefinition, Server, ServerCredentials, type ServiceClientConstructor, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { asUser } from './container-process.ts';
import type { Container, ContainerRuntime, Sandbox } from './container-runtime.ts';
import type { ContainerConfig, Filter, PodSandboxConfig } from './cri-messages.ts';
import { labImage } from './images.ts';

/** Serves the container runtime to a kubelet (CRI v1). @param proto the contract, as Kubernetes publishes it */
export async function serveRuntime(runtime: ContainerRuntime, proto: string, socket: string): Promise<void> {
  const definition = loadSync(proto, { keepCase: true, longs: Number, enums: String, defaults: true });
  const { RuntimeService, ImageService } = (loadPackageDefinition(definition) as unknown as CriPackage).runtime.v1;
  const server = new Server();
  server.addService(RuntimeService.service, served(runtimeService(runtime)));
  server.addService(ImageService.service, served(imageService()));
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
  });
}

interface CriPackage {
  readonly runtime: {
    readonly v1: { readonly RuntimeService: ServiceClientConstructor; readonly ImageService: ServiceClientConstructor };
  };
}

/** Requests have all their fields, by the loader's `defaults`. */
type Handler = (request: Request) => unknown;

interface Request {
  readonly config: PodSandboxConfig & ContainerConfig;
  readonly pod_sandbox_id: string;
  readonly container_id: string;
  readonly timeout: number;
  readonly cmd: readonly string[];
  readonly filter: Filter | null;
  readonly image: { readonly image: string };
}

function served(handlers: Readonly<Record<string, Handler>>) {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      (call: { request: Request }, reply: (error: object | null, answer?: unknown) => void) => {
        (async () => await handle(call.request))().then(
          (answer) => reply(null, answer ?? {}),
          (error: Error & { code?: status }) => reply({ code: error.code ?? status.UNKNOWN, details: error.message }),
        );
      },
    ]),
  );
}

function runtimeService(runtime: ContainerRuntime): Readonly<Record<string, Handler>> {
  const { sandboxes, containers } = runtime;
  return {
    Version: () => ({ version: '0.1.0', runtime_name: 'scale-laboratory', runtime_version: '1', runtime_api_version: 'v1' }),
    Status: () => ({ status: { conditions: ['RuntimeReady', 'NetworkReady'].map((type) => ({ type, status: true })) } }),
    RuntimeConfig: () => ({ linux: { cgroup_driver: 'CGROUPFS' } }),
    UpdateRuntimeConfig: () => ({}),
    RunPodSandbox: async ({ config }) => ({ pod_sandbox_id: await runtime.runSandbox(config) }),
    StopPodSandbox: ({ pod_sandbox_id }) => runtime.stopSandbox(pod_sandbox_id),
    RemovePodSandbox: ({ pod_sandbox_id }) => runtime.removeSandbox(pod_sandbox_id),
    PodSandboxStatus: ({ pod_sandbox_id }) => ({ status: sandboxStatus(found(sandboxes, pod_sandbox_id)) }),
    ListPodSandbox: ({ filter }) => ({
      items: [...sandboxes.values()].map(sandboxStatus).filter((each) => passes(each, each.labels, filter)),
    }),
    CreateContainer: ({ pod_sandbox_id, config }) => ({ container_id: runtime.createContainer(pod_sandbox_id, config) }),
    StartContainer: ({ container_id }) => runtime.startContainer(container_id),
    StopContainer: ({ container_id, timeout }) => runtime.stopContainer(container_id, timeout * 1_000),
    RemoveContainer: ({ container_id }) => runtime.removeContainer(container_id),
    ListContainers: ({ filter }) => ({
      containers: [...containers.values()].map(containerStatus).filter((each) => passes(each, each.labels, filter)),
    }),
    ContainerStatus: ({ container_id }) => ({ status: containerStatus(found(containers, container_id)) }),
    Exec: async (request) => {
      const { process, plan } = found(containers, request.container_id);
      const id = JSON.stringify({ pid: process?.pid, user: asUser(plan.user) });
      return { url: await streamFor('exec', { ...request, container_id: id }) };
    },
    PortForward: async (request) => {
      const { network } = found(sandboxes, request.pod_sandbox_id);
      return { url: await streamFor('port-forward', { ...request, pod_sandbox_id: JSON.stringify({ ip: network.ip }) }) };
    },
    ExecSync: ({ container_id, cmd, timeout }) => runtime.exec(container_id, cmd, timeout * 1_000),
    ReopenContainerLog: () => ({}),
    UpdateContainerResources: () => ({}),
    ListContainerStats: () => ({ stats: [] }),
    ListPodSandboxStats: () => ({ stats: [] }),
  };
}

/** Streams are served by a part of the control plane's program (streams.go), as containerd has a server for them. */
async function streamFor(what: 'exec' | 'port-forward', request: object): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:10350/${what}`, { method: 'POST', body: JSON.stringify(request) });
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.text();
}

/** There are no images: each stands for programs of this machine. */
function imageService(): Readonly<Record<string, Handler>> {
  const known = (image: string) => {
    if (labImage(image) === undefined) throw new Error(`the laboratory has nothing to run in place of the image ${image}`);
    return { id: image, repo_tags: [image], size: 1, uid: { value: labImage(image)?.uid ?? 0 }, spec: { image } };
  };
  return {
    ListImages: () => ({ images: [] }),
    ImageStatus: ({ image: { image } }) => ({ image: labImage(image) === undefined ? null : known(image) }),
    PullImage: ({ image: { image } }) => ({ image_ref: known(image).id }),
    RemoveImage: () => ({}),
    ImageFsInfo: () => ({ image_filesystems: [], container_filesystems: [] }),
  };
}

function found<Item>(items: ReadonlyMap<string, Item>, id: string): Item {
  const item = items.get(id);
  // The kubelet goes by the word, as by the code.
  if (item === undefined) throw Object.assign(new Error(`not found: ${id}`), { code: status.NOT_FOUND });
  return item;
}

function passes(
  item: { readonly id: string; readonly state: string; readonly pod_sandbox_id?: string },
  labels: Readonly<Record<string, string>>,
  filter: Filter | null,
): boolean {
  if (filter === null) return true;
  if (filter.id && filter.id !== item.id) return false;
  if (filter.pod_sandbox_id && filter.pod_sandbox_id !== item.pod_sandbox_id) return false;
  if (filter.state && filter.state.state !== item.state) return false;
  return Object.entries(filter.label_selector ?? {}).every(([key, value]) => labels[key] === value);
}

function sandboxStatus({ id, config, createdNs, network, isReady }: Sandbox) {
  const { metadata, labels, annotations } = config;
  return {
    ...{ id, metadata, labels, annotations, created_at: createdNs, network: { ip: network.ip } },
    state: isReady ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
    linux: { namespaces: { options: { network: 'POD', pid: 'NODE', ipc: 'NODE' } } },
  };
}

function containerStatus({ id, sandboxId, config, plan, createdNs, startedNs, finishedNs, exitCode, process }: Container) {
  const { metadata, image, labels, annotations } = config;
  const state = process !== undefined ? 'CONTAINER_RUNNING' : startedNs === 0 ? 'CONTAINER_CREATED' : 'CONTAINER_EXITED';
  return {
    ...{
      id,
      pod_sandbox_id: sandboxId,
      metadata,
      image,
      image_ref: image?.image,
      image_id: image?.image,
      labels,
      annotations,
      state,
    },
    ...{ created_at: createdNs, started_at: startedNs, finished_at: finishedNs, exit_code: exitCode, log_path: plan.logFile },
    reason: state !== 'CONTAINER_EXITED' ? '' : exitCode === 0 ? 'Completed' : 'Error',
  };
}
