/** POST /api/runs/:id/pause, …/resume, …/cancel and the same of sweeps: a reason for pause and cancel, "" for none. */
export interface ActionRequest {
  readonly reason: string;
}

export interface ActionAnswer {
  /** As it is now, in a word. */
  readonly state: string;
}
