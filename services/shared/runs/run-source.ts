import type { ControlClient } from '../control-client/control-client.ts';

/** Where runs are read from. */
export interface RunSource {
  readonly client: ControlClient;
}
