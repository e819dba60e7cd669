/** The parts of CRI's messages that are looked at here; the whole of them is in k8s.io/cri-api, runtime/v1/api.proto. */

export interface PodSandboxConfig {
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace: string; readonly attempt: number };
  readonly hostname: string;
  readonly log_directory: string;
  readonly dns_config?: {
    readonly servers?: readonly string[];
    readonly searches?: readonly string[];
    readonly options?: readonly string[];
  };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerConfig {
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly image?: { readonly image: string };
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly working_dir: string;
  readonly envs?: readonly { readonly key: string; readonly value: Buffer }[];
  readonly mounts?: readonly { readonly host_path: string; readonly container_path: string; readonly readonly: boolean }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Below the sandbox's log_directory. */
  readonly log_path: string;
  readonly linux?: { readonly security_context?: SecurityContext };
}

interface SecurityContext {
  readonly run_as_user?: { readonly value: number } | null;
  readonly run_as_group?: { readonly value: number } | null;
  readonly supplemental_groups?: readonly number[];
  readonly readonly_rootfs: boolean;
}

/** What a list is narrowed by; "" and undefined: by nothing. */
export interface Filter {
  readonly id?: string;
  readonly pod_sandbox_id?: string;
  readonly state?: { readonly state: string } | null;
  readonly label_selector?: Readonly<Record<string, string>>;
}
