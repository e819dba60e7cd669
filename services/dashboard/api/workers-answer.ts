/** GET /api/workers */
export interface WorkersAnswer {
  /** The coordinator has listened long enough to have heard every worker. */
  readonly settled: boolean;
  readonly workers: readonly {
    readonly name: string;
    readonly role?: string;
    readonly kinds: readonly string[];
    readonly version?: string;
    readonly slots: number;
    readonly trouble?: string;
    readonly isolation?: string;
    readonly runs: readonly {
      readonly runId: string;
      readonly inFlight: number;
      readonly heldUp: number;
      readonly trouble: string;
    }[];
    readonly endpoints: readonly {
      readonly url: string;
      readonly state: string;
      readonly inFlight: number;
      readonly detail: string;
    }[];
  }[];
}
